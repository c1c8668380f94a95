/** What the parts of an inbound call share: its state, and how a step is said, waited for and ended. */
import { MAX_MESSAGE_SECONDS } from './message-limit.ts'
import type { Advanced, Effect, EndReason, FlowEvent, HeldAgent, LineForFlow, PromptName, Secret } from './types.ts'

export type InboundState = {
  flow: 'inbound'
  at: 'new' | 'announcing' | 'menu' | 'choosing' | 'seeking' | 'waiting' | 'ringingAgent' | 'talking' | MessageStep | PinStep | 'ended'
  step: number
  /** In the order of the menu: the first is key 1 and the default. */
  languages: string[]
  /** How often the menu has been said. */
  round: number
  /** The chosen one; null until then. */
  language: string | null
  /** How the line answers at this hour. */
  line: Pick<LineForFlow, 'countryId' | 'isOpen' | 'emergencyNumber' | 'queueLimitSeconds' | 'canCallBack'>
  queue: QueueState
  /** Longest a message may be that begins now; 0: there is no room for one. */
  messageSeconds: number
  /** Longest the one may be that is being recorded, or was last. */
  limitSeconds: number
  /** Recorded, and waiting for the caller's word: the recording's step. */
  take: Take | null
  /** How often something was asked in vain: a key, a number, a PIN. */
  tries: number
  /** How many digits were entered; which ones, only the runtime knows. */
  digits: number
  /** Which part of a PIN is being read, from 0 to 5: three groups, twice. In `lookup`: 1 once the caller was asked to wait. */
  part: number
  /** They have pressed the key for a PIN: they are not rung back on this phone, which may be anybody's. */
  isPinCall: boolean
  /** Their PIN was found: they are known, and need not be asked how to be reached. */
  isPinKnown: boolean
  /** Something was left for them to hear. */
  hasStatus: boolean
  /** The language they chose when they rang before; null when they have not, or nobody could say in time. */
  knownLanguage: string | null
  /** They are known and have pressed a key: what they have heard before is left out. */
  isShort: boolean
  /** They have spoken with an agent, who has left. */
  hasTalked: boolean
}

/** The wait for an agent. */
export type QueueState = {
  waitedSeconds: number
  /** Ticks since the sound began, or since it ended. */
  ticks: number
  /** Step of the sound the caller hears; null: ringing, or nothing. */
  playing: number | null
  /** Step of the look-up that is under way. */
  seeking: number | null
  /** What the last look-up told; null until one did. */
  place: number | null
  waitMinutes: number | null
  /** How often the caller was told to wait. */
  comforts: number
  /** Counts the agents rung. */
  nth: number
  agent: HeldAgent | null
}

export type Take = { step: number; isCutOff: boolean }
export type MessageStep =
  'prompt' | 'recording' | 'saving' | 'review' | 'contact' | 'number' | 'checking' | 'echo' | 'reading' | 'pause' | 'thanks'
export type PinStep = 'pin' | 'lookup' | 'status'

/** What the dead-man timer adds to the longest a step can last: the service's own timers must come first. */
export const GRACE_SECONDS = 10
/** Longest that the sentences of one step may last together; longer ones are cut off rather than waited for. */
const PROMPT_SECONDS = 25

const newQueue: QueueState = {
  waitedSeconds: 0,
  ticks: 0,
  playing: null,
  seeking: null,
  place: null,
  waitMinutes: null,
  comforts: 0,
  nth: 0,
  agent: null,
}

export const newInbound = (): InboundState => ({
  flow: 'inbound',
  at: 'new',
  step: 0,
  languages: [],
  round: 0,
  language: null,
  line: { countryId: '', isOpen: false, emergencyNumber: null, queueLimitSeconds: 0, canCallBack: false },
  queue: newQueue,
  messageSeconds: MAX_MESSAGE_SECONDS,
  limitSeconds: MAX_MESSAGE_SECONDS,
  ...{ take: null, tries: 0, digits: 0, part: 0, isPinCall: false, isPinKnown: false, hasStatus: false },
  ...{ knownLanguage: null, isShort: false, hasTalked: false },
})

export const stay = (state: InboundState): Advanced<InboundState> => ({ state, effects: [] })
export const defaultLanguage = ({ languages }: InboundState) => languages[0] ?? 'en'
export const languageOf = (state: InboundState) => state.language ?? defaultLanguage(state)

type Sentence = PromptName | Secret['secret']
/** Seconds the sentences may take, and may be waited afterwards without another step. */
type Lasting = { seconds?: number; waitSeconds?: number }

/** Says sentences in the caller's language; their end, or that of their time, is reported with the new step. */
export function say(
  state: InboundState,
  names: readonly Sentence[],
  before: Effect[],
  { seconds = PROMPT_SECONDS, waitSeconds = 0 }: Lasting = {},
): Advanced<InboundState> {
  const step = state.step + 1
  const language = languageOf(state)
  return {
    state: { ...state, step },
    effects: [
      ...before,
      { type: 'setDeadline', leg: 'caller', seconds: seconds + waitSeconds + GRACE_SECONDS, language },
      { type: 'play', step, prompts: names.map((name) => (isSecret(name) ? { secret: name, language } : { name, language })) },
      { type: 'startTimer', step, seconds },
    ],
  }
}

/** Over: nothing changes it any more. */
export function end(state: InboundState, reason: EndReason, effects: Effect[]): Advanced<InboundState> {
  return { state: { ...state, at: 'ended' }, effects: [...effects, { type: 'endCall', reason }] }
}

const isSecret = (name: string): name is Secret['secret'] => /^(number|pin-[123]|status)$/.test(name)

type Report = 'playbackFinished' | 'recordingFinished' | 'recordingFailed' | 'timerFired' | 'numberChecked' | 'pinChecked'
/** The event is about what this very state began. */
export function isReport<T extends Report>(event: FlowEvent, type: T, state: InboundState): event is Extract<FlowEvent, { type: T }> {
  return event.type === type && 'step' in event && event.step === state.step
}
