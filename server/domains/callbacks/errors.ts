import { Forbidden, NotFound, Refused, Unavailable, Unprocessable } from '../../platform/errors.ts'
import { why } from './why-rules.ts'

export class CallbackNotFound extends NotFound {
  constructor() {
    super('callback-not-found', 'This callback does not exist, or is not yours to see.')
  }
}

/** Another agent, another process or a lease that ran out was first: nothing is dialled. */
export class ClaimMoved extends Refused {
  constructor() {
    super('claim-moved', 'Somebody else has taken this callback.')
  }
}

/** Its time was over, or it is no longer this agent's. */
export class OfferOver extends Refused {
  constructor() {
    super('offer-over', 'This offer is over; the callback went to somebody else or waits for the next.')
  }
}

/** @param reason the sentences that say why, and until when; `detail.said` has them as data */
export class NotNow extends Refused {
  constructor(reason: string) {
    super('not-now', reason, { said: why.read(reason) })
  }
}

export class NothingToCall extends Refused {
  constructor() {
    super('nothing-to-call', 'No callback in your countries and languages may be called now.')
  }
}

export class AgentNotReady extends Refused {
  constructor(why: 'busy' | 'phone') {
    super(
      why === 'busy' ? 'agent-is-busy' : 'phone-not-reachable',
      why === 'busy' ? 'Finish your call and name its outcome first.' : 'Your phone is not registered: switch it on first.',
    )
  }
}

export class NotYourCallback extends Forbidden {
  constructor() {
    super('not-your-callback', 'Only the agent who has taken this callback may do that.')
  }
}

/** @param what is wrong with the state of the callback, one sentence */
export class NotInThisState extends Refused {
  constructor(message: string) {
    super('not-in-this-state', message)
  }
}

export class OutcomeIncomplete extends Unprocessable {
  constructor(message: string) {
    super('outcome-incomplete', message)
  }
}

/** The order was not taken on, so nothing was dialled and no attempt is used up. */
export class PhoneSystemAway extends Unavailable {
  constructor(cause: unknown) {
    super('phone-system-away', 'The phone system is not reachable; nothing was dialled. Try again in a moment.')
    this.cause = cause
  }
}
