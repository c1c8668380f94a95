/** `operation` is `channels.play`: the only part that may be logged. */
export type Request = { operation: string; method: 'GET' | 'POST' | 'PUT' | 'DELETE'; path: string; body?: string | undefined }

export type Transport = {
  /** Resolves to the body of a 2xx reply; rejects on everything else, within a deadline. */
  send(request: Request): Promise<Buffer>
  /** Which of Asterisk's API descriptions to load; `events` has to be among them. */
  resources: readonly string[]
}

/** Runs `act`; ari-client's connect() called in it, in the same turn, talks through `transport` for good. */
export function using<Result>(transport: Transport, act: () => Result): Result
