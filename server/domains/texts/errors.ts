import { NotFound, Refused, Unauthorised, Unprocessable } from '../../platform/errors.ts'

export class ConversationNotFound extends NotFound {
  constructor() {
    super('conversation-not-found', 'These texts do not exist, or are not yours to read.')
  }
}

export class GatewayNotFound extends NotFound {
  constructor() {
    super('gateway-not-found', 'There is no such gateway, or it is switched off.')
  }
}

/** The same for an unknown gateway and for a wrong signature: a stranger learns nothing. */
export class BadSignature extends Unauthorised {
  constructor() {
    super('bad-signature', 'The signature does not fit the body, or its time is not within five minutes of ours.')
  }
}

/** Nothing may be written to this number. */
export class MayNotText extends Refused {
  constructor(message: string) {
    super('may-not-text', message)
  }
}

export class OnlyTemplates extends Refused {
  constructor() {
    super('only-templates', 'They have not written to us: only the neutral sentences may be sent.')
  }
}

export class ReplyUnclear extends Unprocessable {
  constructor(message: string) {
    super('reply-unclear', message)
  }
}

export class BadSendUrl extends Unprocessable {
  constructor() {
    super('bad-send-url', 'The address must begin with https:// (http:// only on this machine) and hold no password.')
  }
}

export class GatewayThere extends Refused {
  constructor() {
    super('gateway-there', 'This country has an active gateway already: switch it off first.')
  }
}

export class NotOurNumber extends Unprocessable {
  constructor() {
    super('not-our-number', 'The number written to is none of ours.')
  }
}
