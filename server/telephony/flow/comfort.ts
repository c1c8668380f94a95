/** What a caller hears while waiting for an agent: comfort now and then, and a ring tone between. */
import { GRACE_SECONDS, type InboundState, languageOf, type QueueState } from './inbound-state.ts'
import type { Advanced, Effect, PromptName } from './types.ts'

/** How often the queue looks around. */
export const TICK_SECONDS = 5
export const AGENT_RING_SECONDS = 20
/** Quiet between two comforts, and the longest one may last, in ticks. */
export const QUIET_TICKS = 4
export const COMFORT_TICKS = 6
/** As long as the longest comfort or ringing, which is renewed when either ends: in a dead service nobody waits for longer. */
const DEADLINE_SECONDS = COMFORT_TICKS * TICK_SECONDS + GRACE_SECONDS
/** Said figures end here: a caller is not told of a longer wait, or a place farther back. */
const MOST_SAID = 9

/** Until the next comfort. */
export const ringing = (state: InboundState): Effect[] => [deadline(languageOf(state)), { type: 'startRingTone', leg: 'caller' }]

/** Please wait; how long, once it is measured; and that no one has to. Keeps the step: the tick goes on beside it. */
export function comfort(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const language = languageOf(state)
  const { comforts, place, waitMinutes } = state.queue
  const hasHeardAll = comforts > 0 || state.isShort
  const names: PromptName[] = [
    'hold-on',
    ...figure('your-place', place),
    ...figure('wait-minutes', waitMinutes),
    'wait-keys',
    ...(hasHeardAll ? [] : (['pin-offer'] as const)),
  ]
  // Numbered beside the steps, so that two sounds of one step are told apart.
  const playing = state.step
  return {
    state: withQueue(state, { comforts: comforts + 1, playing, ticks: 0 }),
    effects: [
      ...before,
      ...(comforts ? [{ type: 'stopRingTone', leg: 'caller' } as const] : []),
      deadline(language),
      { type: 'play', step: playing, prompts: names.map((name) => ({ name, language })) },
    ],
  }
}

function figure(name: 'your-place' | 'wait-minutes', value: number | null): PromptName[] {
  return value === null || value < 1 || value > MOST_SAID ? [] : [name, `digit-${value}`]
}

export const withQueue = (state: InboundState, queue: Partial<QueueState>): InboundState => ({
  ...state,
  queue: { ...state.queue, ...queue },
})
/** The dead-man timer: a caller is taken out of a dead service after so long. */
export const deadline = (language: string, seconds = DEADLINE_SECONDS): Effect => ({
  type: 'setDeadline',
  leg: 'caller',
  seconds,
  language,
})
