/**
 * Expected refusals. Each has a stable code that clients may switch on; the HTTP status is decided here, once, by kind.
 * A domain writes `class CaseAlreadyClosed extends Refused { constructor(id: string) { super('case-already-closed', …) } }`.
 */
export abstract class AppError extends Error {
  readonly code: string
  readonly status: number
  /** More for the client to show: never a phone number, a name or a value that was sent. */
  readonly detail: unknown

  constructor(status: number, code: string, message: string, detail?: unknown) {
    super(message)
    this.name = new.target.name
    this.status = status
    this.code = code
    this.detail = detail
  }
}

/** The thing asked for does not exist, or is outside what the asker may see: the two must look alike. */
export class NotFound extends AppError {
  constructor(code: string, message: string, detail?: unknown) {
    super(404, code, message, detail)
  }
}

/** The state of things does not allow it now. */
export class Refused extends AppError {
  constructor(code: string, message: string, detail?: unknown) {
    super(409, code, message, detail)
  }
}

/** What was sent has the right shape but makes no sense, for example a slot that ends before it starts. */
export class Unprocessable extends AppError {
  constructor(code: string, message: string, detail?: unknown) {
    super(422, code, message, detail)
  }
}

/** What was sent has the wrong shape. */
export class Invalid extends AppError {
  constructor(code: string, message: string, detail?: unknown) {
    super(400, code, message, detail)
  }
}

/** Nobody is signed in. */
export class Unauthorised extends AppError {
  constructor(code = 'not-signed-in', message = 'Sign in first.') {
    super(401, code, message)
  }
}

/** Somebody is signed in who may not do this. */
export class Forbidden extends AppError {
  constructor(code = 'not-allowed', message = 'Your role may not do this.') {
    super(403, code, message)
  }
}

/** Too many tries. @param retryAfterSeconds goes into the Retry-After header */
export class TooManyTries extends AppError {
  readonly retryAfterSeconds: number
  constructor(code: string, message: string, retryAfterSeconds: number) {
    super(429, code, message, { retryAfterSeconds })
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Something the answer needs is away for a while (database, telephony): try again. */
export class Unavailable extends AppError {
  constructor(code: string, message: string) {
    super(503, code, message)
  }
}
