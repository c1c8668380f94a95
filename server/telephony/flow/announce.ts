/** What is said to a caller whom nobody will talk to now: state `announcing`, unanswered and free of charge, or before a message. */
import { end, GRACE_SECONDS, type InboundState, isReport, languageOf, stay } from './inbound-state.ts'
import { sayPrompt } from './message.ts'
import type { Advanced, Effect, FlowEvent, Prompt, PromptName } from './types.ts'

const SENTENCE_SECONDS = 12
const DIGIT_SECONDS = 2

/** Before the answer, so that it costs nothing; in each language of the line, as nobody has chosen one. Neutral. */
export function announceFree(state: InboundState): Advanced<InboundState> {
  const step: Effect = { type: 'recordStep', name: 'announced' }
  return announce(
    state,
    [step],
    state.languages.map((language) => ({ name: 'free-announcement', language })),
  )
}

/** Nobody is there; whom to call in danger, where the country has set it; then the message. */
export function announceNobody(state: InboundState, before: Effect[], first: PromptName[] = []): Advanced<InboundState> {
  const language = languageOf(state)
  const { emergencyNumber, isOpen } = state.line
  const digits = emergencyNumber === null || isOpen ? [] : [...emergencyNumber]
  const emergency: PromptName[] = digits.length ? ['emergency-is', ...digits.map((digit) => `digit-${Number(digit)}` as const)] : []
  const names: PromptName[] = [...first, 'nobody-now', ...emergency]
  const step: Effect = { type: 'recordStep', name: isOpen ? 'nobody-free' : 'closed', status: 'message', language }
  return announce(
    { ...state, language },
    [...before, step],
    names.map((name) => ({ name, language })),
  )
}

export function inAnnouncement(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  const isOver = event.type === 'resumed' || isReport(event, 'playbackFinished', state) || isReport(event, 'timerFired', state)
  if (!isOver) return stay(state)
  if (state.language === null) return rejectAndCallBack(state)
  return sayPrompt(state, event.type === 'playbackFinished' ? [] : [{ type: 'stopPlayback', step: state.step }])
}

/** Refused unanswered, and rung back: the call costs its caller nothing. */
export function rejectAndCallBack(state: InboundState): Advanced<InboundState> {
  return end(state, 'completed', [{ type: 'recordMissedCall' }, { type: 'rejectCall' }])
}

function announce(state: InboundState, before: Effect[], prompts: Prompt[]): Advanced<InboundState> {
  const next: InboundState = { ...state, at: 'announcing', step: state.step + 1 }
  const digits = prompts.filter(({ name }) => name.startsWith('digit-')).length
  const seconds = SENTENCE_SECONDS * (prompts.length - digits) + DIGIT_SECONDS * digits
  return {
    state: next,
    effects: [
      ...before,
      {
        type: 'setDeadline',
        leg: 'caller',
        seconds: seconds + GRACE_SECONDS,
        ...(state.language !== null && { language: state.language }),
      },
      { type: 'play', step: next.step, prompts },
      { type: 'startTimer', step: next.step, seconds },
    ],
  }
}
