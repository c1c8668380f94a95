/**
 * A worker rings the hotline: language by key, then a message.
 *
 *   new ──arrived──▶ menu ──played──▶ choosing ──no key, wrong key──▶ menu again, two more times
 *    │                │ key              │ key                           │ then the line's first language
 *    │ one language   ▼                  ▼                               ▼
 *    └─────────────▶ prompt ──played──▶ recording ──end key, silence, full──▶ thanks ──played──▶ ended
 *                                          │ hung up, not yet reported finished
 *                                          └──▶ saving ──finished, or two seconds──▶ ended
 *   hung up in menu, choosing, prompt: ended, a missed call · in thanks: ended, the message is kept
 *
 * new        nothing heard yet.
 * menu       the neutral greeting and one line per language are playing; a key may be pressed at any time.
 * choosing   all is said; waiting for a key.
 * prompt     "leave a message" is playing in the chosen language.
 * recording  the worker speaks; `#`, a long silence or the limit ends it.
 * saving     the worker hung up while speaking; Asterisk's word that the file is complete is on its way.
 * thanks     saying what happened, and goodbye.
 * ended      over; nothing changes any more.
 */
import type { Advanced, Effect, EndReason, FlowEvent, LineForFlow, Prompt, PromptName } from './types.ts'

export type InboundState = {
  flow: 'inbound'
  at: 'new' | 'menu' | 'choosing' | 'prompt' | 'recording' | 'saving' | 'thanks' | 'ended'
  step: number
  /** In the order of the menu: the first is key 1 and the default. */
  languages: string[]
  /** How often the menu has been said. */
  round: number
  /** The chosen one; null until then. */
  language: string | null
}

export const MENU_ROUNDS = 3
export const MAX_MESSAGE_SECONDS = 180
const SILENCE_SECONDS = 10
const KEY_WAIT_SECONDS = 6
const SAVING_SECONDS = 2
/** Longest that the sentences of one step may last together; longer ones are cut off rather than waited for. */
const PROMPT_SECONDS = 25
const MENU_LINE_SECONDS = 6
/** What the dead-man timer adds to the longest a step can last: the service's own timers must come first. */
const GRACE_SECONDS = 10

export const newInbound = (): InboundState => ({ flow: 'inbound', at: 'new', step: 0, languages: [], round: 0, language: null })

/**
 * What an inbound call does next. Any event in any state is allowed; one that has no meaning there changes nothing.
 * Every call that arrived ends with exactly one of `keepMessage` or `recordMissedCall`, and one `endCall`.
 */
export function advanceInbound(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (state.at === 'ended') return stay(state)
  if (event.type === 'legEnded' && event.leg === 'caller') return hungUp(state)
  if (event.type === 'channelLost') return lost(state, event.hasAsteriskRestarted)
  switch (state.at) {
    case 'new':
      return event.type === 'arrived' ? arrived(state, event.line) : stay(state)
    case 'menu':
    case 'choosing':
      return inMenu(state, event)
    case 'prompt':
      return inPrompt(state, event)
    case 'recording':
      return inRecording(state, event)
    case 'saving':
      return isReport(event, 'recordingFinished', state) || isReport(event, 'timerFired', state) ? saved(state, event) : stay(state)
    case 'thanks':
      if (event.type === 'resumed' || isReport(event, 'playbackFinished', state) || isReport(event, 'timerFired', state))
        return end(state, 'completed', [{ type: 'hangUp', leg: 'caller' }])
      return stay(state)
  }
}

function arrived(state: InboundState, line: LineForFlow): Advanced<InboundState> {
  const only = line.fixedLanguage ?? (line.languages.length === 1 ? line.languages[0] : undefined)
  const known = { ...state, languages: line.languages }
  const first: Effect[] = [{ type: 'answer' }]
  if (only === undefined) return sayMenu(known, first)
  return sayPrompt({ ...known, language: only }, first, ['greeting', 'leave-message'])
}

/** Greeting in the default language, then each language says its own line, so that nobody needs to understand another's. */
function sayMenu(state: InboundState, before: Effect[]): Advanced<InboundState> {
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

function inMenu(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'digitPressed') {
    const hush: Effect[] = state.at === 'menu' ? [{ type: 'stopPlayback', step: state.step }] : []
    const language = state.languages[Number(event.digit) - 1]
    return language === undefined ? again(state, hush) : sayPrompt({ ...state, language }, hush)
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
  return sayPrompt({ ...state, language: defaultLanguage(state) }, before)
}

function sayPrompt(state: InboundState, before: Effect[], names: PromptName[] = ['leave-message']): Advanced<InboundState> {
  const language = state.language ?? defaultLanguage(state)
  const step: Effect = { type: 'recordStep', name: 'leave-message', status: 'message', language }
  return say({ ...state, at: 'prompt' }, names, [...before, step])
}

/** Keys mean nothing here: a second press for the menu must not swallow the sentence that explains the silence after it. */
function inPrompt(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') return sayPrompt(state, [{ type: 'stopPlayback', step: state.step }])
  if (isReport(event, 'playbackFinished', state)) return startRecording(state, [])
  return isReport(event, 'timerFired', state) ? startRecording(state, [{ type: 'stopPlayback', step: state.step }]) : stay(state)
}

/** No beep: a missing beep file must not cost the message. The deadline comes first, as it would wait behind the recording. */
function startRecording(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const next: InboundState = { ...state, at: 'recording', step: state.step + 1 }
  const { step } = next
  return {
    state: next,
    effects: [
      ...before,
      { type: 'recordStep', name: 'recording' },
      { type: 'setDeadline', leg: 'caller', seconds: MAX_MESSAGE_SECONDS + 2 * GRACE_SECONDS },
      { type: 'record', step, language: languageOf(next), maxSeconds: MAX_MESSAGE_SECONDS, silenceSeconds: SILENCE_SECONDS },
      recordingTimer(step),
    ],
  }
}

function inRecording(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed') {
    if (event.recording === 'running') return { state, effects: [recordingTimer(state.step)] }
    return event.recording === 'stored' ? thank(state, [keep(state, false)]) : sayPrompt(state, [])
  }
  if (isReport(event, 'recordingFinished', state)) {
    if (isEmpty(event)) return thank(state, notKept(state), ['goodbye'])
    return thank(state, [keep(state, isFull(event))])
  }
  if (isReport(event, 'recordingFailed', state)) return thank(state, [{ type: 'recordMissedCall' }], ['try-later', 'goodbye'])
  if (!isReport(event, 'timerFired', state)) return stay(state)
  return thank(state, [{ type: 'stopRecording', step: state.step, language: languageOf(state) }, keep(state, true)])
}

function thank(state: InboundState, before: Effect[], names: PromptName[] = ['message-saved', 'goodbye']): Advanced<InboundState> {
  return say({ ...state, at: 'thanks' }, names, before)
}

/** To hang up is how most callers end a message: that alone does not make it cut off. */
function hungUp(state: InboundState): Advanced<InboundState> {
  if (state.at === 'thanks') return end(state, 'completed', [])
  if (state.at === 'saving') return stay(state)
  if (state.at !== 'recording') return end(state, 'hung-up', state.at === 'new' ? [] : [{ type: 'recordMissedCall' }])
  // The step stays: the report that is on its way carries it.
  return { state: { ...state, at: 'saving' }, effects: [{ type: 'startTimer', step: state.step, seconds: SAVING_SECONDS }] }
}

function saved(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type !== 'recordingFinished') return end(state, 'hung-up', [keep(state, false)])
  return end(state, 'hung-up', isEmpty(event) ? notKept(state) : [keep(state, isFull(event))])
}

function lost(state: InboundState, isCutOff: boolean): Advanced<InboundState> {
  if (state.at === 'recording' || state.at === 'saving') return end(state, 'lost', [keep(state, isCutOff)])
  return end(state, 'lost', state.at === 'thanks' || state.at === 'new' ? [] : [{ type: 'recordMissedCall' }])
}

function end(state: InboundState, reason: EndReason, effects: Effect[]): Advanced<InboundState> {
  return { state: { ...state, at: 'ended' }, effects: [...effects, { type: 'endCall', reason }] }
}

function say(state: InboundState, names: PromptName[], before: Effect[]): Advanced<InboundState> {
  const step = state.step + 1
  const language = languageOf(state)
  return {
    state: { ...state, step },
    effects: [
      ...before,
      { type: 'setDeadline', leg: 'caller', seconds: PROMPT_SECONDS + GRACE_SECONDS, language },
      { type: 'play', step, prompts: names.map((name) => ({ name, language })) },
      { type: 'startTimer', step, seconds: PROMPT_SECONDS },
    ],
  }
}

const stay = (state: InboundState): Advanced<InboundState> => ({ state, effects: [] })
const defaultLanguage = ({ languages }: InboundState) => languages[0] ?? 'en'
const languageOf = (state: InboundState) => state.language ?? defaultLanguage(state)
const keep = (state: InboundState, isCutOff: boolean): Effect => ({
  type: 'keepMessage',
  step: state.step,
  language: languageOf(state),
  isCutOff,
})
const recordingTimer = (step: number): Effect => ({ type: 'startTimer', step, seconds: MAX_MESSAGE_SECONDS + GRACE_SECONDS })
const notKept = (state: InboundState): Effect[] => [
  { type: 'discardMessage', step: state.step, language: languageOf(state) },
  { type: 'recordMissedCall' },
]

type Finished = Extract<FlowEvent, { type: 'recordingFinished' }>
/** Nobody spoke. Without a count of speech, a file of no length is the only proof of silence. */
const isEmpty = ({ seconds, talkingSeconds }: Finished) => (talkingSeconds ?? seconds) === 0
/** Asterisk rounds down to whole seconds. */
const isFull = ({ seconds }: Finished) => seconds >= MAX_MESSAGE_SECONDS - 1

type Report = 'playbackFinished' | 'recordingFinished' | 'recordingFailed' | 'timerFired'
/** The event is about what this very state began. */
function isReport<T extends Report>(event: FlowEvent, type: T, state: InboundState): event is Extract<FlowEvent, { type: T }> {
  return event.type === type && 'step' in event && event.step === state.step
}
