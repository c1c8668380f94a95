/** The message of an inbound call: states `prompt`, `recording`, `saving` and `review`. */
import { answerTo, ask, hush } from './ask.ts'
import { askContact } from './contact.ts'
import { end, GRACE_SECONDS, type InboundState, isReport, languageOf, say, stay } from './inbound-state.ts'
import { keep, keepTake, missed, thank } from './thanks.ts'
import type { Advanced, Effect, FlowEvent, PromptName } from './types.ts'

/** NOTE: Asterisk then takes the silence off the recording's end; its measure of silence is in dsp.conf, low enough for a whisper. */
const SILENCE_SECONDS = 10
const SAVING_SECONDS = 2
/** How often the question whether to keep it is asked. */
const REVIEWS = 2

/** Asks for a message. Who has a PIN is told the key for it first, unless they have pressed it already. */
export function sayPrompt(state: InboundState, before: Effect[], names: PromptName[] = openingOf(state)): Advanced<InboundState> {
  if (!state.messageSeconds) return doWithout(state, before, names)
  const step: Effect = { type: 'recordStep', name: 'leave-message', status: 'message', language: languageOf(state) }
  return say({ ...state, at: 'prompt' }, names, [...before, step])
}

export const openingOf = ({ isPinCall, take, isShort }: InboundState): PromptName[] =>
  isPinCall || take || isShort ? ['leave-message'] : ['pin-offer', 'leave-message']

/** Keys mean nothing here, but that for a PIN: a second press for the menu must not swallow the sentence that explains the silence after it. */
export function inPrompt(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return sayPrompt(state, [hush(state)])
  if (isReport(event, 'playbackFinished', state)) return startRecording(state, [])
  return isReport(event, 'timerFired', state) ? startRecording(state, [hush(state)]) : stay(state)
}

/** No beep: a missing beep file must not cost the message. The deadline comes first, as it would wait behind the recording. */
function startRecording(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const maxSeconds = state.messageSeconds
  if (!maxSeconds) return doWithout(state, before)
  const next: InboundState = { ...state, at: 'recording', step: state.step + 1, limitSeconds: maxSeconds }
  const { step } = next
  return {
    state: next,
    effects: [
      ...before,
      { type: 'recordStep', name: 'recording' },
      { type: 'setDeadline', leg: 'caller', seconds: maxSeconds + 2 * GRACE_SECONDS },
      { type: 'record', step, language: languageOf(next), maxSeconds, silenceSeconds: SILENCE_SECONDS },
      recordingTimer(next),
    ],
  }
}

/**
 * No message can be recorded: what was said before is kept, and so is who rang, to be called back. Somebody who cannot be called
 * is asked to ring again.
 */
function doWithout(state: InboundState, before: Effect[], instead: PromptName[] = []): Advanced<InboundState> {
  if (state.take) return askContact(state, before)
  const step: Effect = { type: 'recordStep', name: 'no-recording', status: 'message', language: languageOf(state) }
  const isCalledBack = state.line.canCallBack && !state.isPinCall
  return thank(
    state,
    [...before, step, ...missed(state)],
    [...instead.filter((name) => name === 'greeting'), isCalledBack ? 'we-call-back' : 'try-later', 'goodbye'],
  )
}

function cutOff(state: InboundState): Advanced<InboundState> {
  const stop: Effect = { type: 'stopRecording', step: state.step, language: languageOf(state) }
  return askContact(taken(state, true), [stop, ...discardFormer(state)])
}

export function inRecording(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') {
    if (event.recording === 'running') return { state, effects: [recordingTimer(state)] }
    return event.recording === 'stored' ? review(taken(state, false), discardFormer(state)) : sayPrompt(state, [])
  }
  if (isReport(event, 'recordingFinished', state)) {
    if (!isEmpty(event)) return review(taken(state, isFull(event, state)), before(state, event))
    // Whether there is anything in it is judged by its sound, by whoever takes it in: what has none is a missed call.
    if (state.take) return askContact(state, [keepLast(state)])
    // Who cannot be called back has no other way to us, should it have been a whisper.
    return state.line.canCallBack || state.isPinKnown ? thank(taken(state, false), [], ['goodbye']) : askContact(taken(state, false), [])
  }
  if (isReport(event, 'recordingFailed', state)) return doWithout(state, [])
  // What was said until the last room went is kept.
  return isReport(event, 'timerFired', state) || event.type === 'roomGone' ? cutOff(state) : stay(state)
}

/** The caller hung up while speaking, which is how most end a message; the report that is on its way carries the step. */
export function hungUpRecording(state: InboundState): Advanced<InboundState> {
  return { state: { ...state, at: 'saving' }, effects: [{ type: 'startTimer', step: state.step, seconds: SAVING_SECONDS }] }
}

export function inSaving(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (isReport(event, 'timerFired', state)) return end(state, 'hung-up', [keepLast(state)])
  if (!isReport(event, 'recordingFinished', state)) return stay(state)
  if (!isEmpty(event)) return end(state, 'hung-up', [...before(state, event), ...keepTake(taken(state, isFull(event, state)))])
  return end(state, 'hung-up', [keepLast(state), ...keepTake(state)])
}

/** What was just recorded is complete. Whatever happens now, it is kept, unless the caller records another over it. */
function review(state: InboundState, before: Effect[]): Advanced<InboundState> {
  return ask({ ...state, at: 'review', tries: 0 }, ['keep-or-again'], [...before, { type: 'recordStep', name: 'review' }])
}

export function inReview(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return review(state, [hush(state)])
  const answer = answerTo(state, event)
  if (answer.kind === 'wait') return { state, effects: answer.effects }
  // The key that ended the recording may be told after its end.
  if (answer.kind === 'key' && answer.key === '#') return stay(state)
  if (answer.kind === 'none' || answer.key === '1') return askContact(state, [hush(state)])
  if (answer.key === '2') return sayPrompt(state, [hush(state)])
  const tries = state.tries + 1
  return tries < REVIEWS ? ask({ ...state, tries }, ['keep-or-again'], [hush(state)]) : askContact(state, [hush(state)])
}

/** A recording that must not be taken out of the phone system yet. */
export function holdsRecording(state: InboundState, step: number): boolean {
  return state.take?.step === step || ((state.at === 'recording' || state.at === 'saving') && state.step === step)
}

const taken = (state: InboundState, isCutOff: boolean): InboundState => ({ ...state, take: { step: state.step, isCutOff } })
/** What was just recorded, for whoever takes it in to judge; what was said before it is not given up for it. */
const keepLast = (state: InboundState): Effect => keep(state, { step: state.step, isCutOff: false })
const recordingTimer = ({ step, limitSeconds }: InboundState): Effect => ({
  type: 'startTimer',
  step,
  seconds: limitSeconds + GRACE_SECONDS,
})
const discard = (state: InboundState, step = state.step): Effect => ({ type: 'discardMessage', step, language: languageOf(state) })
/** Only when there is a new one: an attempt that came to nothing must not cost what was said before. */
const discardFormer = (state: InboundState): Effect[] => (state.take ? [discard(state, state.take.step)] : [])

type Finished = Extract<FlowEvent, { type: 'recordingFinished' }>
/** No speech was noticed, and nothing is left of it: it was too short, or ended by its silence. */
const isEmpty = ({ seconds, talkingSeconds }: Finished) =>
  (talkingSeconds ?? seconds) === 0 && (seconds === 0 || seconds >= SILENCE_SECONDS)
/** What was said before is given up only for something that was surely said: a whisper may be taken for silence. */
const before = (state: InboundState, { seconds, talkingSeconds }: Finished): Effect[] =>
  (talkingSeconds ?? seconds) > 0 ? discardFormer(state) : keepTake(state)
/** Asterisk rounds down to whole seconds. */
const isFull = ({ seconds }: Finished, { limitSeconds }: InboundState) => seconds >= limitSeconds - 1
