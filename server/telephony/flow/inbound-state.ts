/** What the parts of an inbound call share: its state, and how a step is said, waited for and ended. */
import type { Advanced, Effect, EndReason, FlowEvent, PromptName } from './types.ts'

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

/** What the dead-man timer adds to the longest a step can last: the service's own timers must come first. */
export const GRACE_SECONDS = 10
/** Longest that the sentences of one step may last together; longer ones are cut off rather than waited for. */
const PROMPT_SECONDS = 25

export const newInbound = (): InboundState => ({ flow: 'inbound', at: 'new', step: 0, languages: [], round: 0, language: null })

export const stay = (state: InboundState): Advanced<InboundState> => ({ state, effects: [] })
export const defaultLanguage = ({ languages }: InboundState) => languages[0] ?? 'en'
export const languageOf = (state: InboundState) => state.language ?? defaultLanguage(state)

/** Says sentences in the caller's language; their end, or that of their time, is reported with the new step. */
export function say(state: InboundState, names: PromptName[], before: Effect[]): Advanced<InboundState> {
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

/** Over: nothing changes it any more. */
export function end(state: InboundState, reason: EndReason, effects: Effect[]): Advanced<InboundState> {
  return { state: { ...state, at: 'ended' }, effects: [...effects, { type: 'endCall', reason }] }
}

type Report = 'playbackFinished' | 'recordingFinished' | 'recordingFailed' | 'timerFired'
/** The event is about what this very state began. */
export function isReport<T extends Report>(event: FlowEvent, type: T, state: InboundState): event is Extract<FlowEvent, { type: T }> {
  return event.type === type && 'step' in event && event.step === state.step
}
