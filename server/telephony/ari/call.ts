/** How every command is run: with the newest client, its failures turned into the classes of errors.ts and counted. */
import type { AriClient } from './client.ts'
import { AlreadyClaimed, AriRefused, AriUnreachable, ChannelGone, NameTaken } from './errors.ts'
import type { LinkCounters } from './face.ts'
import { Unfit } from './read.ts'

type Resource = keyof AriClient & string
export type OperationName = { [R in Resource]: `${R}.${keyof AriClient[R] & string}` }[Resource]

/**
 * @param channelId the leg it is about: a refusal that means "no such leg here" becomes ChannelGone
 * @param read makes the result of the reply; Unfit becomes AriUnreachable `rubbish`
 */
export type Call = <Reply, Result = void>(
  operation: OperationName,
  channelId: string | undefined,
  act: (ari: AriClient) => Promise<Reply>,
  read?: (reply: Reply) => Result,
) => Promise<Result>

export function createCall(client: () => AriClient | undefined, failures: LinkCounters['failures']): Call {
  return async (operation, channelId, act, read) => {
    try {
      const ari = client()
      if (!ari) throw new AriUnreachable(operation, 'not-connected')
      const reply = await act(ari)
      // Without a reader the verb promises nothing but that Asterisk agreed.
      return (read ? read(reply) : undefined) as never
    } catch (error) {
      const named = nameError(error, operation, channelId)
      count(named, failures)
      throw named
    }
  }
}

/** For verbs that end something: finding it ended is success. */
export async function orEndedAlready(command: Promise<unknown>): Promise<void> {
  try {
    await command
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

export async function orUndefined<Result>(command: Promise<Result>): Promise<Result | undefined> {
  try {
    return await command
  } catch (error) {
    if (!isNotFound(error)) throw error
    return undefined
  }
}

/** Unlike orUndefined, a leg that is gone is told. */
export async function orNotSet<Result>(command: Promise<Result>): Promise<Result | undefined> {
  try {
    return await command
  } catch (error) {
    if (error instanceof AriRefused && error.status === 404) return undefined
    throw error
  }
}

function isNotFound(error: unknown): boolean {
  if (error instanceof ChannelGone) return true
  return error instanceof AriRefused && (error.status === 404 || /not in this bridge/i.test(error.reason))
}

function nameError(error: unknown, operation: OperationName, channelId: string | undefined): unknown {
  if (error instanceof Unfit) return new AriUnreachable(operation, 'rubbish', { cause: error })
  // Not as cause: its message quotes the reply, and with it perhaps a number.
  if (error instanceof SyntaxError) return new AriUnreachable(operation, 'rubbish')
  if (!(error instanceof AriRefused)) return error
  if (channelId !== undefined && meansGone(error)) return new ChannelGone(operation, channelId)
  if (error.status === 409 && operation === 'events.claimChannel') return new AlreadyClaimed(operation, error.reason)
  return meansTaken(error) ? new NameTaken(operation, error.reason) : error
}

/** A bridge id in use is an error 500 to Asterisk. */
function meansTaken({ operation, status, reason }: AriRefused): boolean {
  if (operation === 'bridges.create') return /duplicate/i.test(reason)
  return status === 409 && ['channels.create', 'channels.originate', 'channels.record'].includes(operation)
}

/** 404 is about the leg in the path, or a variable of it; bridges say 400 or 422 of the leg, and 404 of themselves. */
function meansGone({ operation, status, reason }: AriRefused): boolean {
  if (/not in (a )?stasis/i.test(reason)) return true
  if (operation.startsWith('bridges.')) return /channel not found/i.test(reason)
  if (operation === 'applications.subscribe') return status === 422
  return status === 404 && !/variable/i.test(reason)
}

function count(error: unknown, failures: LinkCounters['failures']): void {
  if (error instanceof ChannelGone) failures.gone += 1
  else if (error instanceof AriRefused) failures.refused += 1
  else if (error instanceof AriUnreachable) failures[error.kind === 'not-connected' ? 'notConnected' : error.kind] += 1
}
