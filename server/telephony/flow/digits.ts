/** Digits that a caller enters one after the other. Which ones they are goes to the runtime; the state only counts them. */
import { hush, KEY_WAIT_SECONDS } from './ask.ts'
import { type InboundState, isReport } from './inbound-state.ts'
import type { Advanced, Effect, FlowEvent } from './types.ts'

/** Longest that a caller may take over all digits, for the dead-man timer. */
export const ENTRY_SECONDS = 130

/**
 * Takes a key of a number in. `#` or a pause ends it, `*` begins it anew.
 * @param most after so many digits it is complete by itself
 * @returns `complete` or `nothing` when it is over, with what is to be done then; else the call's next state
 */
export function takeDigit(
  state: InboundState,
  event: FlowEvent,
  most: number,
): { kind: 'complete' | 'nothing'; state: InboundState; effects: Effect[] } | { kind: 'more'; next: Advanced<InboundState> } {
  const timer: Effect = { type: 'startTimer', step: state.step, seconds: KEY_WAIT_SECONDS }
  const over = (kind: 'complete' | 'nothing') => ({ kind, state, effects: [hush(state)] })
  if (isReport(event, 'timerFired', state)) return over(state.digits ? 'complete' : 'nothing')
  if (isReport(event, 'playbackFinished', state)) return { kind: 'more', next: { state, effects: [timer] } }
  if (event.type !== 'digitPressed') return { kind: 'more', next: { state, effects: [] } }
  const { digit } = event
  if (digit === '#') return over(state.digits ? 'complete' : 'nothing')
  if (digit === '*') return { kind: 'more', next: { state: { ...state, digits: 0 }, effects: [{ type: 'forgetDigits' }, timer] } }
  if (!/^[0-9]$/.test(digit)) return { kind: 'more', next: { state, effects: [] } }
  const digits = state.digits + 1
  const first: Effect[] = digits === 1 ? [hush(state)] : []
  const keep: Effect = { type: 'keepDigit', digit }
  if (digits === most) return { kind: 'complete', state: { ...state, digits }, effects: [...first, keep] }
  return { kind: 'more', next: { state: { ...state, digits }, effects: [...first, keep, timer] } }
}
