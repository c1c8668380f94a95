/**
 * How a command can fail. Each carries the operation (`channels.play`), never its arguments: those hold numbers.
 * Anything else thrown by a command is a bug of ours.
 */
export class AriError extends Error {
  readonly code: string
  readonly operation: string
  constructor(code: string, operation: string, message: string, options?: ErrorOptions) {
    super(`${operation}: ${message}`, options)
    this.name = new.target.name
    this.code = code
    this.operation = operation
  }
}

/** The leg is not there any more, or no longer in our application. For a caller who hung up this is an event, not a fault. */
export class ChannelGone extends AriError {
  readonly channelId: string
  constructor(operation: string, channelId: string) {
    super('channel-gone', operation, `channel ${channelId} is gone`)
    this.channelId = channelId
  }
}

/** Asterisk understood and said no. `reason` is its own sentence, longer digit runs blotted out. */
export class AriRefused extends AriError {
  readonly status: number
  readonly reason: string
  constructor(operation: string, status: number, reason: string, code = 'ari-refused', options?: ErrorOptions) {
    super(code, operation, `${status} ${reason}`, options)
    this.status = status
    this.reason = reason
  }
}

/** Another service was first to claim the call. */
export class AlreadyClaimed extends AriRefused {
  constructor(operation: string, reason: string) {
    super(operation, 409, reason, 'already-claimed')
  }
}

/** The channel id, bridge id or recording name is in use; for a channel id this is what stops a second dial. */
export class NameTaken extends AriRefused {
  constructor(operation: string, reason: string) {
    super(operation, 409, reason, 'name-taken')
  }
}

export type UnreachableKind =
  /** no answer within the deadline: it may or may not have been done */
  | 'deadline'
  /** refused, reset, cut off: it may or may not have been done */
  | 'network'
  /** an answer that is no ARI answer */
  | 'rubbish'
  /** not sent: never connected yet, or stopped */
  | 'not-connected'

/** No usable answer. What was asked may have happened all the same, except for `not-connected`. */
export class AriUnreachable extends AriError {
  readonly kind: UnreachableKind
  constructor(operation: string, kind: UnreachableKind, options?: ErrorOptions) {
    super('ari-unreachable', operation, kind, options)
    this.kind = kind
  }
}

/** An id, name or media address of ours or of Asterisk's that does not fit the patterns of names.ts; nothing was sent. */
export class BadName extends AriError {
  constructor(operation: string, what: string) {
    super('bad-name', operation, `${what} does not fit its pattern`)
  }
}

/** One sentence for logs and /ready. What JSON.parse complains of quotes the reply, and with it perhaps a number. */
export function troubleOf(error: unknown): string {
  if (error instanceof SyntaxError || error instanceof TypeError) return 'an answer that is no ARI answer'
  return error instanceof Error ? error.message : String(error)
}
