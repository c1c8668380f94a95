/** A question that is answered by a key, while it is said or in the seconds after. */
import { type InboundState, isReport, say } from './inbound-state.ts'
import type { Advanced, Effect, FlowEvent } from './types.ts'

export const KEY_WAIT_SECONDS = 6

/** As `say`, with time for a key after it. @param before done before it is said */
export function ask(
  state: InboundState,
  names: Parameters<typeof say>[1],
  before: Effect[] = [],
  { seconds = 25, waitSeconds = KEY_WAIT_SECONDS } = {},
): Advanced<InboundState> {
  return say(state, names, before, { seconds, waitSeconds })
}

/** A key, no key in time, or nothing that matters; `wait` is what is to be done meanwhile. */
export type Answer = { kind: 'key'; key: string } | { kind: 'none' } | { kind: 'wait'; effects: Effect[] }

export function answerTo(state: InboundState, event: FlowEvent, waitSeconds = KEY_WAIT_SECONDS): Answer {
  if (event.type === 'digitPressed') return { kind: 'key', key: event.digit }
  if (isReport(event, 'timerFired', state)) return { kind: 'none' }
  if (!isReport(event, 'playbackFinished', state)) return { kind: 'wait', effects: [] }
  return { kind: 'wait', effects: [{ type: 'startTimer', step: state.step, seconds: waitSeconds }] }
}

/** Whatever is being said stops; without a sound it does nothing. */
export const hush = (state: InboundState): Effect => ({ type: 'stopPlayback', step: state.step })
