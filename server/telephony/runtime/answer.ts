/** Calls that come in: claimed when they are offered, begun when they arrive. */
import { AlreadyClaimed, ChannelGone } from '../ari/errors.ts'
import type { TelephonyEventOf } from '../ari/events.ts'
import type { AriCommands, Log } from '../ari/face.ts'
import type { Facts } from './facts.ts'
import { type CallsDeps, openInbound } from './open-calls.ts'
import type { NumberGate } from './number-gate.ts'
import { handBack } from './reconcile.ts'

export type AnswerDeps = {
  commands: AriCommands
  calls: CallsDeps
  facts: Pick<Facts, 'areLoaded'>
  isStopping: () => boolean
  gate: Pick<NumberGate, 'take'>
  log: Log
}

/**
 * Takes a call that is offered to all services: first come, first served. While stopping, or before our numbers are known,
 * it is left: unclaimed after a second, the dialplan takes the message.
 */
export async function claim(
  { commands, facts, isStopping, log }: AnswerDeps,
  { channelId }: TelephonyEventOf<'broadcastOffered'>,
): Promise<void> {
  if (isStopping() || !facts.areLoaded) return
  try {
    await commands.claim(channelId)
  } catch (error) {
    // Another service was first, or the caller has hung up: nobody needs us.
    if (error instanceof AlreadyClaimed || error instanceof ChannelGone) return
    log.warn({ channelId, err: error }, 'a call could not be claimed')
  }
}

/** A leg has come into our application; only a caller's begins a call (`inbound`, the number called, the journal's entry, a check's token). */
export function begin({ commands, calls, gate, log }: AnswerDeps, { channelId, channel, args }: TelephonyEventOf<'arrived'>): void {
  const [kind, did = '', entry = '', token] = args
  if (kind !== 'inbound') return
  const line = calls.findLine(did)
  if (line && gate.take({ channel, line, entry, token: token || undefined })) return
  if (line) openInbound(calls, channel, line)
  else handBack({ commands, log }, channelId)
}
