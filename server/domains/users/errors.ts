import { NotFound, Refused, TooManyTries, Unauthorised, Unprocessable } from '../../platform/errors.ts'

/** Wrong password and unknown account are one answer: neither tells who has an account. */
export class WrongCredentials extends Unauthorised {
  constructor() {
    super('wrong-credentials', 'E-mail or password is wrong.')
  }
}

export class SignInDelayed extends TooManyTries {
  constructor(retryAfterSeconds: number) {
    super('sign-in-delayed', 'Too many tries. Wait a little and try again.', retryAfterSeconds)
  }
}

export class NoSuchUser extends NotFound {
  constructor() {
    super('no-such-user', 'There is no such user.')
  }
}

export class NoSuchSession extends NotFound {
  constructor() {
    super('no-such-session', 'There is no such session.')
  }
}

export class EmailTaken extends Refused {
  constructor() {
    super('email-taken', 'Another user has this e-mail address.')
  }
}

export class LastAdministrator extends Refused {
  constructor() {
    super('last-administrator', 'This is the last active administrator: make another one first.')
  }
}

export class ClientNotFitting extends Unprocessable {
  constructor() {
    super('client-not-fitting', 'A client user needs a client, and nobody else has one.')
  }
}

export class WrongCurrentPassword extends Unprocessable {
  constructor() {
    super('wrong-current-password', 'The current password is wrong.')
  }
}

export class PasswordTooEasy extends Unprocessable {
  constructor() {
    super('password-too-easy', 'Choose a password that is not made of your name or address, or of one repeated sign.')
  }
}
