import { Refused, Unavailable } from '../../platform/errors.ts'

/** The order was not taken on and nothing rang: the phone system is away, or the service is about to stop. */
export class PhoneSystemAway extends Unavailable {
  constructor() {
    super('phone-system-away', 'The phone system cannot place calls at the moment.')
  }
}

/** The order was not taken on: the number, or the line it would be called over, is not allowed. */
export class CallNotAllowed extends Refused {
  constructor(reason: string) {
    super('call-not-allowed', reason)
  }
}
