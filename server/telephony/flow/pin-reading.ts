/** A PIN is read out: three groups with a pause between them, then once more. States `reading` and `pause`. */
import { type InboundState, isReport, say, stay } from './inbound-state.ts'
import { thank } from './thanks.ts'
import type { Advanced, Effect, FlowEvent } from './types.ts'

const GROUPS = ['pin-1', 'pin-2', 'pin-3'] as const
const PARTS = 2 * GROUPS.length
/** Time to write a group down. */
const PAUSE_SECONDS = 2

/** It is theirs before the first digit is heard: whoever hangs up on the last one has it too. */
export function readPin(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const theirs: Effect[] = [
    { type: 'chooseContact', choice: 'none' },
    { type: 'recordStep', name: 'pin-reading', ...(state.hasTalked && { status: 'message' }) },
  ]
  return read({ ...state, part: 0 }, [...before, ...theirs])
}

function read(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const { part, hasTalked } = state
  const group = GROUPS[part % GROUPS.length]!
  const opening =
    part === 0
      ? hasTalked
        ? (['pin-is'] as const)
        : (['no-call', 'pin-is'] as const)
      : part === GROUPS.length
        ? (['pin-again'] as const)
        : []
  return say({ ...state, at: 'reading' }, [...opening, group], before)
}

export function inReading(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return resumed(state, event.isNewProcess, [{ type: 'stopPlayback', step: state.step }])
  const isLate = isReport(event, 'timerFired', state)
  if (!isLate && !isReport(event, 'playbackFinished', state)) return stay(state)
  const hush: Effect[] = isLate ? [{ type: 'stopPlayback', step: state.step }] : []
  if (state.part + 1 >= PARTS) return thank(state, hush, state.hasTalked ? ['goodbye'] : ['message-kept', 'goodbye'])
  const step = state.step + 1
  return { state: { ...state, at: 'pause', step }, effects: [...hush, { type: 'startTimer', step, seconds: PAUSE_SECONDS }] }
}

export function inPause(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return resumed(state, event.isNewProcess, [])
  return isReport(event, 'timerFired', state) ? read({ ...state, part: state.part + 1 }, []) : stay(state)
}

/** A new process does not know the digits: it makes another PIN, and both are good. */
function resumed(state: InboundState, isNewProcess: boolean, before: Effect[]): Advanced<InboundState> {
  return isNewProcess ? readPin(state, before) : read(state, before)
}
