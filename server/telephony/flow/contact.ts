/** After the message: may we call, and on which number? States `contact`, `number`, `checking` and `echo`. */
import { answerTo, ask, hush } from './ask.ts'
import { ENTRY_SECONDS, takeDigit } from './digits.ts'
import { type InboundState, isReport, stay } from './inbound-state.ts'
import { readPin } from './pin-reading.ts'
import { thank } from './thanks.ts'
import type { Advanced, Effect, FlowEvent } from './types.ts'

/** How often each question is asked. */
const ASKED = 2
/** A wrong number is asked for again so often; then the one they ring from is kept. */
const WRONG_NUMBERS = 2
/** The longest number there is, with its international beginning. */
const LONGEST_NUMBER = 18
const CHECK_SECONDS = 3
/** A number read back digit by digit, with the question after it. */
const ECHO_SECONDS = 40

/** Known by PIN: nothing to ask. No number to call: a PIN is all there is. */
export function askContact(state: InboundState, before: Effect[]): Advanced<InboundState> {
  if (state.isPinKnown) return thank(state, before, ['message-kept', 'goodbye'])
  if (!state.line.canCallBack) return readPin(state, before)
  return askWhether({ ...state, tries: 0 }, before)
}

function askWhether(state: InboundState, before: Effect[]): Advanced<InboundState> {
  return ask({ ...state, at: 'contact' }, ['may-we-call', 'call-keys'], [...before, { type: 'recordStep', name: 'contact' }])
}

export function inContact(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return askWhether(state, [hush(state)])
  const answer = answerTo(state, event)
  if (answer.kind === 'wait') return { state, effects: answer.effects }
  const key = answer.kind === 'key' ? answer.key : undefined
  if (key === '1') return thank(state, [hush(state), { type: 'chooseContact', choice: 'this' }])
  if (key === '2') return askNumber({ ...state, tries: 0 }, [hush(state)])
  if (key === '3') return readPin(state, [hush(state)])
  const tries = state.tries + 1
  // No choice: they are called back once, neutrally, on the number they ring from.
  return tries < ASKED ? askWhether({ ...state, tries }, [hush(state)]) : thank(state, [hush(state)])
}

function askNumber(state: InboundState, before: Effect[], names: Parameters<typeof ask>[1] = ['enter-number']): Advanced<InboundState> {
  const begin: Effect[] = [{ type: 'forgetDigits' }, { type: 'recordStep', name: 'number' }]
  return ask({ ...state, at: 'number', digits: 0 }, names, [...before, ...begin], { waitSeconds: ENTRY_SECONDS })
}

export function inNumber(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return askNumber(state, [hush(state)])
  const taken = takeDigit(state, event, LONGEST_NUMBER)
  if (taken.kind === 'more') return taken.next
  if (taken.kind === 'nothing') return askAgain(state, taken.effects, ['enter-number'])
  const step = state.step + 1
  const check: Effect[] = [
    { type: 'checkNumber', step },
    { type: 'startTimer', step, seconds: CHECK_SECONDS },
  ]
  return { state: { ...taken.state, at: 'checking', step }, effects: [...taken.effects, ...check] }
}

function askAgain(state: InboundState, before: Effect[], names: Parameters<typeof ask>[1]): Advanced<InboundState> {
  const tries = state.tries + 1
  return tries <= WRONG_NUMBERS ? askNumber({ ...state, tries }, before, names) : thank(state, before, ['number-kept', 'goodbye'])
}

export function inChecking(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return askNumber(state, [])
  const isBad = isReport(event, 'timerFired', state) || (isReport(event, 'numberChecked', state) && !event.isGood)
  if (isBad) return askAgain(state, [], ['number-wrong', 'enter-number'])
  if (!isReport(event, 'numberChecked', state)) return stay(state)
  return ask({ ...state, at: 'echo' }, ['number-is', 'number', 'number-right'], [], { seconds: ECHO_SECONDS })
}

/** They want another number called, and this one is good: it is theirs, unless they say that it is not. */
export const confirmed: Effect = { type: 'chooseContact', choice: 'other' }

export function inEcho(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return askNumber(state, [hush(state)])
  const answer = answerTo(state, event)
  if (answer.kind === 'wait') return { state, effects: answer.effects }
  if (answer.kind === 'none' || answer.key === '1') return thank(state, [hush(state), confirmed])
  return answer.key === '2' ? askAgain(state, [hush(state)], ['enter-number']) : stay(state)
}
