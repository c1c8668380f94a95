/** The language menu of an inbound call: states `menu` and `choosing`. */
import { defaultLanguage, GRACE_SECONDS, type InboundState, isReport, stay } from './inbound-state.ts'
import { afterLanguage } from './queue.ts'
import type { Advanced, Effect, FlowEvent, Prompt } from './types.ts'

const MENU_ROUNDS = 3
const KEY_WAIT_SECONDS = 6
const MENU_LINE_SECONDS = 6

/** Greeting in the default language, then each language says its own line, so that nobody needs to understand another's. */
export function sayMenu(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const next: InboundState = { ...state, at: 'menu', step: state.step + 1, round: state.round + 1 }
  const lines = next.languages.map((language, index): Prompt => ({ name: `menu-${index + 1}`, language }))
  const opening: Prompt = { name: next.round === 1 ? 'greeting' : 'please-choose', language: defaultLanguage(next) }
  const seconds = MENU_LINE_SECONDS * (lines.length + 1)
  return {
    state: next,
    effects: [
      ...before,
      { type: 'recordStep', name: `menu-${next.round}`, status: 'menu' },
      { type: 'setDeadline', leg: 'caller', seconds: seconds + KEY_WAIT_SECONDS + GRACE_SECONDS },
      { type: 'play', step: next.step, prompts: [opening, ...lines] },
      { type: 'startTimer', step: next.step, seconds },
    ],
  }
}

export function inMenu(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'digitPressed') {
    const hush: Effect[] = state.at === 'menu' ? [{ type: 'stopPlayback', step: state.step }] : []
    // Any other key takes who is known where they were before.
    const language = state.languages[Number(event.digit) - 1] ?? state.knownLanguage
    return language === null ? again(state, hush) : afterLanguage({ ...state, language, isShort: state.knownLanguage !== null }, hush)
  }
  if (event.type === 'resumed') return sayMenu({ ...state, round: state.round - 1 }, [{ type: 'stopPlayback', step: state.step }])
  const isPlayed = isReport(event, 'playbackFinished', state)
  const isTime = isReport(event, 'timerFired', state)
  if (state.at === 'menu' && isPlayed) return waitForKey(state)
  if (state.at === 'menu' && isTime) return again(state, [{ type: 'stopPlayback', step: state.step }])
  return state.at === 'choosing' && isTime ? again(state, []) : stay(state)
}

/** The dead-man timer set before the menu covers this wait as well. */
function waitForKey(state: InboundState): Advanced<InboundState> {
  const next: InboundState = { ...state, at: 'choosing', step: state.step + 1 }
  return { state: next, effects: [{ type: 'startTimer', step: next.step, seconds: KEY_WAIT_SECONDS }] }
}

function again(state: InboundState, before: Effect[]): Advanced<InboundState> {
  if (state.round < MENU_ROUNDS) return sayMenu(state, before)
  return afterLanguage({ ...state, language: defaultLanguage(state) }, before)
}
