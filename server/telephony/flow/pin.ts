/**
 * Whoever has a PIN rings from any phone, hears how things stand, and may say more.
 *
 *   prompt, menu ──0──▶ pin ──ten digits, #──▶ lookup ──found──▶ status ──1──▶ status again
 *                        ▲                        │ not found       │ 2 ──▶ prompt (message.ts), theirs without asking
 *                        └────────── twice ───────┤                 └ no key ──▶ thanks
 *                                                 └ third time, or nobody could say ──▶ prompt, as anybody
 *
 * pin     "press the ten keys" is said; the digits come in.
 * lookup  is it anybody's? After a second the caller is asked to wait, after three more nobody could say.
 * status  what the case-handler left, or that there is nothing new; then the keys.
 */
import { answerTo, ask, hush } from './ask.ts'
import { ENTRY_SECONDS, takeDigit } from './digits.ts'
import { type InboundState, isReport, languageOf, stay } from './inbound-state.ts'
import { sayPrompt } from './message.ts'
import { thank } from './thanks.ts'
import type { Advanced, Effect, FlowEvent } from './types.ts'

export const PIN_KEY = '0'
const PIN_DIGITS = 10
const TRIES = 3
const PATIENCE_SECONDS = 1
const HOLD_SECONDS = 3
/** The longest thing a case-handler may leave, with the keys after it. */
const STATUS_SECONDS = 150
const LISTENINGS = 5

/** From now on the caller is not rung back on this phone: it may be anybody's. */
export function askPin(state: InboundState, before: Effect[], names: Parameters<typeof ask>[1] = ['pin-enter']): Advanced<InboundState> {
  const begin: Effect[] = [{ type: 'forgetDigits' }, { type: 'recordStep', name: 'pin', status: 'menu', language: languageOf(state) }]
  return ask({ ...state, at: 'pin', isPinCall: true, digits: 0 }, names, [...before, ...begin], { waitSeconds: ENTRY_SECONDS })
}

export function inPin(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return askPin(state, [hush(state)])
  const taken = takeDigit(state, event, PIN_DIGITS)
  if (taken.kind === 'more') return taken.next
  if (taken.kind === 'nothing') return again(state, taken.effects, false)
  const step = state.step + 1
  const check: Effect[] = [
    { type: 'checkPin', step },
    { type: 'startTimer', step, seconds: PATIENCE_SECONDS },
  ]
  return { state: { ...taken.state, at: 'lookup', step, part: 0 }, effects: [...taken.effects, ...check] }
}

export function inLookup(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return askPin(state, state.part ? [hush(state)] : [])
  if (isReport(event, 'timerFired', state)) return state.part ? nobodySays(state) : holdOn(state)
  if (!isReport(event, 'pinChecked', state)) return stay(state)
  const before = state.part ? [hush(state)] : []
  if (event.result === 'away') return nobodySays(state)
  if (event.result === 'not-found') return again(state, before, true)
  return sayStatus({ ...state, isPinKnown: true, hasStatus: event.hasStatus, tries: 0 }, before)
}

/** The step stays: it is the one the answer will name. */
function holdOn(state: InboundState): Advanced<InboundState> {
  const { step } = state
  const language = languageOf(state)
  const effects: Effect[] = [
    { type: 'setDeadline', leg: 'caller', seconds: 30, language },
    { type: 'play', step, prompts: [{ name: 'hold-on', language }] },
    { type: 'startTimer', step, seconds: HOLD_SECONDS },
  ]
  return { state: { ...state, part: 1 }, effects }
}

const nobodySays = (state: InboundState) => sayPrompt(state, [hush(state)], ['pin-later', 'leave-message'])

function again(state: InboundState, before: Effect[], isWrong: boolean): Advanced<InboundState> {
  const tries = state.tries + 1
  const names = isWrong ? (['pin-not-found'] as const) : []
  if (tries < TRIES) return askPin({ ...state, tries }, before, [...names, 'pin-enter'])
  return sayPrompt({ ...state, tries: 0 }, before, [...names, 'leave-message'])
}

function sayStatus(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const step: Effect = { type: 'recordStep', name: 'status' }
  const what = state.hasStatus ? 'status' : 'pin-nothing-new'
  return ask({ ...state, at: 'status' }, [what, 'pin-more'], [...before, step], { seconds: STATUS_SECONDS })
}

export function inStatus(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  // A new process has no sound to play, nor the digits to find it by.
  if (event.type === 'resumed') return event.isNewProcess ? askPin(state, [hush(state)]) : sayStatus(state, [hush(state)])
  const answer = answerTo(state, event)
  if (answer.kind === 'wait') return { state, effects: answer.effects }
  if (answer.kind === 'key' && answer.key === '1' && state.tries < LISTENINGS)
    return sayStatus({ ...state, tries: state.tries + 1 }, [hush(state)])
  if (answer.kind === 'key' && answer.key === '2') return sayPrompt(state, [hush(state)])
  return answer.kind === 'none' ? thank(state, [hush(state)], ['goodbye']) : stay(state)
}
