/**
 * A caller on a line that is open waits for an agent who speaks the language.
 *
 *   seeking ──agent found──▶ ringingAgent ──agent answers──▶ talking ──either hangs up, limit──▶ ended
 *      │  │                   ▲   │ no answer, no phone
 *      │  └──nobody free──▶ waiting ◀┘
 *      │ nobody on duty,       │ limit reached, look-up fails
 *      ▼ look-up fails         ▼
 *   message                 message
 *   in any of them: key 9 is a callback and the end, key 8 a message, key 0 a PIN (pin.ts), hanging up a missed call
 *
 * seeking       the first look-up for an agent; on a line with one language the greeting is said meanwhile.
 * waiting       everybody who could help is busy: comfort is said now and then, and each tick looks again.
 * ringingAgent  an agent is held for this call and their phone rings.
 * talking       both are in one bridge (talk.ts).
 *
 * The caller is never in silence for longer than a look-up: comfort, or a ring tone. One timer runs, the tick; sounds and look-ups
 * report with the step they began at, which the queue's state keeps.
 */
import { announceNobody } from './announce.ts'
import { AGENT_RING_SECONDS, comfort, COMFORT_TICKS, deadline, QUIET_TICKS, ringing, TICK_SECONDS, withQueue } from './comfort.ts'
import { end, GRACE_SECONDS, type InboundState, isReport, languageOf, type QueueState, say, stay } from './inbound-state.ts'
import { openingOf, sayPrompt } from './message.ts'
import { talk } from './talk.ts'
import type { Advanced, Effect, FlowEvent, HeldAgent, PromptName } from './types.ts'

/** Not a language's key, nor a digit that a hurried caller presses twice in a menu of a few languages. */
const KEY_CALL_BACK = '9'
const KEY_MESSAGE = '8'
/** Longer than the greeting, and than the runtime waits for the database. */
const SEEK_SECONDS = 8
/** Why a phone did not ring for long: it could not be reached (null), was busy, or its user pressed reject (Q.850). */
const AT_ONCE = new Set([null, 17, 20, 21])
/** The language is known: an agent, or a message at once when nobody can be rung. `greeting` is said first. */
export function afterLanguage(state: InboundState, before: Effect[], greeting: PromptName[] = []): Advanced<InboundState> {
  const { isOpen, queueLimitSeconds } = state.line
  if (!isOpen) return announceNobody(state, before, greeting)
  if (queueLimitSeconds === 0) return sayPrompt(state, before, [...greeting, ...openingOf(state)])
  const step = state.step + 1
  const language = languageOf(state)
  const queue: QueueState = { ...state.queue, playing: greeting.length ? step : null }
  const next: InboundState = { ...state, at: 'seeking', step, queue }
  const sound: Effect[] = greeting.length ? [{ type: 'play', step, prompts: greeting.map((name) => ({ name, language })) }] : []
  return seek(next, [
    ...before,
    { type: 'recordStep', name: 'seeking', language },
    deadline(language, SEEK_SECONDS + GRACE_SECONDS),
    ...sound,
    { type: 'startTimer', step, seconds: SEEK_SECONDS },
  ])
}

export function inQueue(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'digitPressed' && event.digit === KEY_CALL_BACK) return askCallBack(state)
  if (event.type === 'digitPressed' && event.digit === KEY_MESSAGE) return leaveMessage(state)
  if (event.type === 'resumed') return resumed(state, event)
  if (event.type === 'playbackFinished' && event.step === state.queue.playing) return soundEnded(state)
  switch (state.at) {
    case 'seeking':
      return whileSeeking(state, event)
    case 'waiting':
      return whileWaiting(state, event)
    default:
      return whileRinging(state, event)
  }
}

/** An agent whom this call did not wait for any more is free for others. */
export function lateAgent(state: InboundState, { step, agent }: Extract<FlowEvent, { type: 'agentFound' }>): Effect[] {
  const { seeking, agent: held } = state.queue
  const isWanted = (state.at === 'seeking' || state.at === 'waiting') && step === seeking
  return isWanted || held?.userId === agent.userId ? [] : [release(agent, 'free')]
}

/** What is to be undone when the caller goes on to something else, or is gone. */
export function leaveQueue({ queue }: InboundState): Effect[] {
  const sound: Effect = queue.playing === null ? { type: 'stopRingTone', leg: 'caller' } : { type: 'stopPlayback', step: queue.playing }
  if (queue.agent) return [sound, { type: 'hangUp', leg: 'agent' }, release(queue.agent, 'free')]
  // A look-up that is still under way may have found somebody.
  return queue.seeking === null ? [sound] : [sound, { type: 'releaseAgent', agentUserId: null, status: 'free' }]
}

function whileSeeking(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (isAnswer(event, 'agentFound', state)) return ringAgent(state, event.agent)
  if (isAnswer(event, 'nobodyFree', state)) {
    const { isAnyoneOnDuty, place, waitMinutes } = event
    const told = withQueue(state, { seeking: null, place, waitMinutes })
    if (isAnyoneOnDuty) return wait(told, [])
    // The greeting is not cut off by what follows it.
    return told.queue.playing === null ? sayPrompt(told, []) : stay(told)
  }
  const isOver = isAnswer(event, 'seekFailed', state) || isReport(event, 'timerFired', state)
  return isOver ? leaveMessage(state) : stay(state)
}

function whileWaiting(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (isAnswer(event, 'agentFound', state)) return ringAgent(state, event.agent)
  if (isAnswer(event, 'nobodyFree', state)) {
    const { isAnyoneOnDuty, place, waitMinutes } = event
    const told = withQueue(state, { seeking: null, place, waitMinutes })
    return isAnyoneOnDuty ? stay(told) : giveUp(told)
  }
  if (isAnswer(event, 'seekFailed', state)) return giveUp(state)
  if (event.type === 'agentsChanged' && state.queue.seeking === null) return seek(state, [])
  return isReport(event, 'timerFired', state) ? tick(state) : stay(state)
}

function whileRinging(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'legAnswered' && event.leg === 'agent') return talk(state, leaveSound(state))
  const isOver = (event.type === 'legEnded' || event.type === 'legFailed') && event.leg === 'agent'
  if (isOver) return nextAgent(state, AT_ONCE.has(event.type === 'legEnded' ? event.cause : null) ? TICK_SECONDS : AGENT_RING_SECONDS)
  return isReport(event, 'timerFired', state) ? nextAgent(state, AGENT_RING_SECONDS) : stay(state)
}

/** Did not answer: rung no more until they say that they are there. @param rungSeconds about how long the caller has waited for it */
function nextAgent(state: InboundState, rungSeconds: number): Advanced<InboundState> {
  const { agent, waitedSeconds } = state.queue
  const undone: Effect[] = agent ? [{ type: 'hangUp', leg: 'agent' }, release(agent, 'away')] : []
  const next = withQueue(state, { agent: null, waitedSeconds: waitedSeconds + rungSeconds })
  if (next.queue.waitedSeconds >= state.line.queueLimitSeconds) return giveUp(next, undone)
  return waitAndSeek(next, undone)
}

function waitAndSeek(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const waiting = wait(state, before)
  return seek(waiting.state, waiting.effects)
}

function wait(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const next: InboundState = { ...state, at: 'waiting', step: state.step + 1 }
  const effects: Effect[] = [
    ...before,
    { type: 'startTimer', step: next.step, seconds: TICK_SECONDS },
    { type: 'recordStep', name: 'waiting', status: 'waiting', language: languageOf(state) },
  ]
  if (next.queue.playing !== null) return { state: next, effects }
  return next.queue.comforts === 0 ? comfort(next, effects) : { state: next, effects: [...effects, ...ringing(next)] }
}

function tick(state: InboundState): Advanced<InboundState> {
  const { waitedSeconds, ticks, playing, seeking } = state.queue
  const next = withQueue({ ...state, step: state.step + 1 }, { waitedSeconds: waitedSeconds + TICK_SECONDS, ticks: ticks + 1 })
  if (next.queue.waitedSeconds >= state.line.queueLimitSeconds) return giveUp(state)
  const timer: Effect = { type: 'startTimer', step: next.step, seconds: TICK_SECONDS }
  const isTooLong = playing !== null && next.queue.ticks >= COMFORT_TICKS
  const isQuiet = playing === null && next.queue.ticks >= QUIET_TICKS
  const stop: Effect[] = isTooLong ? [{ type: 'stopPlayback', step: playing }] : []
  const sounding = isTooLong || isQuiet ? comfort(next, [timer, ...stop]) : { state: next, effects: [timer] }
  return seeking === null ? seek(sounding.state, sounding.effects) : sounding
}

function ringAgent(state: InboundState, agent: HeldAgent): Advanced<InboundState> {
  const nth = state.queue.nth + 1
  const step = state.step + 1
  const next: InboundState = { ...withQueue(state, { agent, nth, seeking: null }), at: 'ringingAgent', step }
  const effects: Effect[] = [
    { type: 'startTimer', step, seconds: AGENT_RING_SECONDS + GRACE_SECONDS },
    { type: 'recordStep', name: 'agent-rung', status: 'agent', language: languageOf(state), agentUserId: agent.userId },
    { type: 'ringHeldAgent', sipUser: agent.sipUser, nth, ringSeconds: AGENT_RING_SECONDS },
  ]
  // A deadline waits behind what is playing, and the sound's own reaches over the ringing.
  if (next.queue.playing !== null) return { state: next, effects }
  return next.queue.comforts === 0 ? comfort(next, effects) : { state: next, effects: [...effects, ...ringing(next)] }
}

/** After the sound, ringing; before an agent is known, what the look-up has found out. */
function soundEnded(state: InboundState): Advanced<InboundState> {
  const next = withQueue(state, { playing: null, ticks: 0 })
  if (state.at === 'seeking') return state.queue.seeking === null ? sayPrompt(next, []) : stay(next)
  return next.queue.comforts === 0 ? comfort(next, []) : { state: next, effects: ringing(next) }
}

function seek(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const { step, line } = state
  const effect: Effect = { type: 'seekAgent', step, countryId: line.countryId, language: languageOf(state) }
  return { state: withQueue(state, { seeking: step }), effects: [...before, effect] }
}

function askCallBack(state: InboundState): Advanced<InboundState> {
  // Nobody can be rung back on a number that was withheld.
  if (!state.line.canCallBack) return leaveMessage(state)
  const asked: Effect[] = [{ type: 'recordStep', name: 'callback-asked' }, { type: 'callBackAsked' }]
  return say({ ...outOfQueue(state), at: 'thanks' }, ['we-call-back', 'goodbye'], [...leaveQueue(state), ...asked])
}

function leaveMessage(state: InboundState): Advanced<InboundState> {
  return sayPrompt(outOfQueue(state), leaveQueue(state))
}

/** Waited long enough, or nobody is on duty any more. */
function giveUp(state: InboundState, before: Effect[] = []): Advanced<InboundState> {
  return announceNobody(outOfQueue(state), [...before, ...leaveQueue(state)])
}

export const outOfQueue = (state: InboundState) => withQueue(state, { agent: null, seeking: null, playing: null })

/** What was under way when we were away is not known: whoever is held and not ringing is let go, and it begins anew. */
function resumed(state: InboundState, { legs }: Extract<FlowEvent, { type: 'resumed' }>): Advanced<InboundState> {
  if (legs.caller === 'away') return end(state, 'hung-up', [...leaveQueue(state), { type: 'recordMissedCall' }])
  const { queue } = state
  const hush: Effect[] = queue.playing === null ? [] : [{ type: 'stopPlayback', step: queue.playing }]
  if (queue.agent && legs.agent === 'up') return talk(state, leaveSound(state))
  const next = withQueue(state, { playing: null, seeking: null, comforts: 0 })
  if (queue.agent && legs.agent === 'ringing') {
    const step = state.step + 1
    const timer: Effect = { type: 'startTimer', step, seconds: AGENT_RING_SECONDS + GRACE_SECONDS }
    return comfort({ ...next, step }, [...hush, timer])
  }
  const undone: Effect = queue.agent ? release(queue.agent, 'free') : { type: 'releaseAgent', agentUserId: null, status: 'free' }
  return waitAndSeek(withQueue(next, { agent: null }), [...hush, undone])
}

const leaveSound = ({ queue }: InboundState): Effect[] => [
  queue.playing === null ? { type: 'stopRingTone', leg: 'caller' } : { type: 'stopPlayback', step: queue.playing },
]
const release = ({ userId }: HeldAgent, status: 'free' | 'away'): Effect => ({ type: 'releaseAgent', agentUserId: userId, status })

type Answer = 'agentFound' | 'nobodyFree' | 'seekFailed'
function isAnswer<T extends Answer>(event: FlowEvent, type: T, { queue }: InboundState): event is Extract<FlowEvent, { type: T }> {
  return event.type === type && 'step' in event && event.step === queue.seeking
}
