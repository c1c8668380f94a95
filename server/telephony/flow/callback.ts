/**
 * An agent rings a worker back: the agent's phone first, then the worker's over the country's trunk, both in one bridge. Where there is
 * an interpreter, their phone rings between the two, and all three hear each other.
 *
 *   new ──ordered──▶ ringingAgent ──agent answers──▶ preparing ──leg is made──▶ dialling ──worker answers──▶ talking
 *                      │ no answer, no phone,          │ trunk or number        │ busy, refused, dead,       │ either hangs up,
 *                      │ agent gives up                │ cannot be used         │ no answer, trunk fails     │ limit reached
 *                      ▼                               ▼                        ▼                            ▼
 *                    ended                           ended                    ended                        ended
 *   the agent hangs up, or presses hang-up, in any state: ended; so, until both talk, when the worker writes that they want no call
 *   ringingAgent ──agent answers, there is an interpreter──▶ ringingInterpreter ──answers──▶ preparing
 *                                                              │ does not: ended; the worker was not rung
 *   preparing, dialling ──trunk failed for certain, nothing rang──▶ rerouting ──another trunk──▶ preparing
 *                                                                       │ none: ended
 *
 * new           nothing ordered yet.
 * ringingAgent  the agent's phone rings; the worker's number has not been touched.
 * ringingInterpreter  the agent hears ringing; the worker's number has not been touched.
 * preparing     the agent is up; the worker's leg is being made, in one bridge with the agent's, and rings nowhere yet.
 * dialling      the worker is rung; the agent hears what the worker's line sends, or our ringing.
 * rerouting     the trunk failed and the worker's phone was not rung; another trunk is looked for.
 * talking       both are up and hear each other; an interpreter who leaves ends it for themselves alone.
 * ended         the attempt's end is told, what was left of the legs is hung up; nothing changes any more.
 */
import type { Advanced, Effect, EndReason, FlowEvent, Leg, LineEnd } from './types.ts'

export type CallbackState = {
  flow: 'callback'
  at: 'new' | 'ringingAgent' | 'ringingInterpreter' | 'preparing' | 'dialling' | 'rerouting' | 'talking' | 'ended'
  step: number
  ringSeconds: number
  maxCallSeconds: number
  /** The worker's phone was alerted, or at least their line sent sound. */
  rang: boolean
  lastDialStatus: string | null
  trunkId: string
  hasInterpreter: boolean
  /** How long who answers may be listened to before the call counts as answered; 0: not at all. */
  examineSeconds: number
  /** Counts the trunks that were tried, from 1. */
  nthTrunk: number
  /** How the trunk before failed, while another one is looked for. */
  trunkEnd: LineEnd | null
}

type Resumed = Extract<FlowEvent, { type: 'resumed' }>

export const AGENT_RING_SECONDS = 25
const PREPARE_SECONDS = 10
/** Longer than the look-up takes at most. */
const REROUTE_SECONDS = 10
/** Our own ring timer comes first; Asterisk's is for when we are dead. */
const GRACE_SECONDS = 5
/** The dead-man timer of both legs on top of the longest ring and talk. */
const DEADLINE_GRACE_SECONDS = 60
const NORMAL_CLEARING = 16
const NO_ANSWER = 19
const SUBSCRIBER_ABSENT = 20
/** What Q.850 calls "network out of order": the leg could not even be made. */
const NETWORK_OUT_OF_ORDER = 38
/**
 * Said by Asterisk itself, without a word from the carrier: it knows no such trunk, nothing was sent. Not 34, by which it tells of a
 * connection that was refused as of one that broke after the carrier had read the call.
 */
const NOTHING_SENT = SUBSCRIBER_ABSENT
/** After these the carrier may have rung somebody and not said so: a silence of its own, or of a carrier behind it. */
const UNCERTAIN_STATUSES = new Set([408, 504])
const REFUSED_STATUSES = new Set([401, 403, 407, 488])
const NO_INTERPRETER: LineEnd = { kind: 'interpreter-did-not-answer' }
const FINAL_DIAL_STATUSES = new Set([
  'ANSWER',
  'BUSY',
  'NOANSWER',
  'CONGESTION',
  'CANCEL',
  'CHANUNAVAIL',
  'DONTCALL',
  'TORTURE',
  'INVALIDARGS',
])

export const newCallback = (): CallbackState => ({
  flow: 'callback',
  at: 'new',
  step: 0,
  ringSeconds: 0,
  maxCallSeconds: 0,
  rang: false,
  lastDialStatus: null,
  trunkId: '',
  hasInterpreter: false,
  examineSeconds: 0,
  nthTrunk: 1,
  trunkEnd: null,
})

/**
 * What a callback does next. Any event in any state is allowed; one that has no meaning there changes nothing.
 * The worker is dialled only after the agent answered, and over a second trunk only when the first one certainly rang nobody; an
 * ordered callback ends with exactly one `attemptEnded` and one `endCall`.
 */
export function advanceCallback(state: CallbackState, event: FlowEvent): Advanced<CallbackState> {
  if (state.at === 'ended') return stay(state)
  if (event.type === 'channelLost') return lost(state)
  switch (state.at) {
    case 'new':
      return event.type === 'ordered' ? ringAgent({ ...state, ...event.plan }) : stay(state)
    case 'ringingAgent':
      return whileAgentRings(state, event)
    case 'ringingInterpreter':
      return whileInterpreterRings(state, event)
    case 'preparing':
      return whilePreparing(state, event)
    case 'dialling':
      return whileDialling(state, event)
    case 'rerouting':
      return whileRerouting(state, event)
    case 'talking':
      return whileTalking(state, event)
  }
}

function ringAgent(state: CallbackState): Advanced<CallbackState> {
  return wait({ ...state, at: 'ringingAgent' }, AGENT_RING_SECONDS + GRACE_SECONDS, [
    { type: 'recordStep', name: 'agent-rung', status: 'agent' },
    { type: 'ringAgent', ringSeconds: AGENT_RING_SECONDS },
  ])
}

function whileAgentRings(state: CallbackState, event: FlowEvent): Advanced<CallbackState> {
  if (event.type === 'legAnswered' && event.leg === 'agent') return agentIsUp(state)
  if (event.type === 'hangUpOrdered') return end(state, 'hung-up', { kind: 'agent-hung-up-before-answer' })
  if (event.type === 'resumed') return resumedWhileAgentRings(state, event)
  return isGone(event, 'agent') || isTimer(event, state) ? end(state, 'failed', { kind: 'agent-did-not-answer' }) : stay(state)
}

const agentIsUp = (state: CallbackState) => (state.hasInterpreter ? ringInterpreter(state) : prepare(state))

function ringInterpreter(state: CallbackState): Advanced<CallbackState> {
  return wait({ ...state, at: 'ringingInterpreter' }, AGENT_RING_SECONDS + GRACE_SECONDS, [
    { type: 'recordStep', name: 'interpreter-rung', status: 'agent' },
    { type: 'setDeadline', leg: 'agent', seconds: AGENT_RING_SECONDS + DEADLINE_GRACE_SECONDS },
    { type: 'startRingTone', leg: 'agent' },
    { type: 'ringInterpreter', ringSeconds: AGENT_RING_SECONDS },
  ])
}

function whileInterpreterRings(state: CallbackState, event: FlowEvent): Advanced<CallbackState> {
  if (event.type === 'resumed') return resumedWhileInterpreterRings(state, event)
  if (isAgentGone(event)) return end(state, 'hung-up', { kind: 'agent-hung-up-before-answer' })
  if (event.type === 'legAnswered' && event.leg === 'interpreter') return prepare(state)
  return isGone(event, 'interpreter') || isTimer(event, state) ? end(state, 'failed', NO_INTERPRETER) : stay(state)
}

function prepare(state: CallbackState): Advanced<CallbackState> {
  const { ringSeconds, maxCallSeconds, trunkId, nthTrunk, hasInterpreter } = state
  const deadlineSeconds = ringSeconds + maxCallSeconds + DEADLINE_GRACE_SECONDS
  const answered = hasInterpreter ? 'interpreter-answered' : 'agent-answered'
  const step = nthTrunk === 1 ? ({ name: answered, status: 'agent' } as const) : { name: 'trunk-changed' }
  const toInterpreter: Effect[] = hasInterpreter
    ? [
        { type: 'setDeadline', leg: 'interpreter', seconds: deadlineSeconds },
        { type: 'stopRingTone', leg: 'agent' },
      ]
    : []
  return wait({ ...state, at: 'preparing', lastDialStatus: null, trunkEnd: null }, PREPARE_SECONDS, [
    { type: 'recordStep', ...step },
    { type: 'setDeadline', leg: 'agent', seconds: deadlineSeconds },
    ...toInterpreter,
    { type: 'createWorker', trunkId, nthTrunk, deadlineSeconds },
  ])
}

/** Nothing can have rung here: whatever goes wrong is the trunk's or ours, never the worker's. */
function whilePreparing(state: CallbackState, event: FlowEvent): Advanced<CallbackState> {
  if (event.type === 'resumed') return resumedWhilePreparing(state, event)
  if (isAgentGone(event)) return end(state, 'hung-up', { kind: 'agent-hung-up-before-answer' })
  if (isGone(event, 'interpreter')) return end(state, 'hung-up', NO_INTERPRETER)
  if (event.type === 'legReady' && event.leg === 'worker') return dialWorker(state)
  const ended = workerEnd(state, { cause: NETWORK_OUT_OF_ORDER })
  return isGone(event, 'worker') || isTimer(event, state) ? reroute(state, ended) : stay(state)
}

/** What is left of the leg is hung up first. How it ended is kept: without another trunk it is the attempt's end. */
function reroute(state: CallbackState, ended: LineEnd): Advanced<CallbackState> {
  const step = state.step + 1
  return wait({ ...state, at: 'rerouting', trunkEnd: ended }, REROUTE_SECONDS, [
    { type: 'recordStep', name: 'trunk-failed' },
    { type: 'hangUp', leg: 'worker' },
    { type: 'seekTrunk', step, ended },
  ])
}

function whileRerouting(state: CallbackState, event: FlowEvent): Advanced<CallbackState> {
  const ended = state.trunkEnd ?? workerEnd(state, { cause: NETWORK_OUT_OF_ORDER })
  if (event.type === 'resumed') return resumedWhileRerouting(state, event)
  if (isAgentGone(event)) return end(state, 'hung-up', { kind: 'agent-hung-up-before-answer' })
  if (isGone(event, 'interpreter')) return end(state, 'hung-up', NO_INTERPRETER)
  if (event.type === 'trunkFound' && event.step === state.step) {
    const { trunkId, maxCallSeconds } = event
    return prepare({ ...state, trunkId, maxCallSeconds, nthTrunk: state.nthTrunk + 1 })
  }
  const isNone = event.type === 'noTrunk' && event.step === state.step
  return isNone || isTimer(event, state) ? end(state, 'failed', ended) : stay(state)
}

/**
 * Whether the trunk failed for certain before anybody was rung: the carrier refused the call with a word of its own, or nothing was
 * sent to it. A number that is busy, dead or away is no failure; a carrier that is silent, or whose connection broke, may be ringing.
 */
function failedBeforeRinging({ rang }: CallbackState, { cause, sipStatus }: { cause: number; sipStatus: number | null }): boolean {
  if (rang) return false
  if (sipStatus === null) return cause === NOTHING_SENT
  return REFUSED_STATUSES.has(sipStatus) || (sipStatus >= 500 && sipStatus < 600 && !UNCERTAIN_STATUSES.has(sipStatus))
}

function dialWorker(state: CallbackState): Advanced<CallbackState> {
  const dialSeconds = state.ringSeconds + state.examineSeconds
  return wait({ ...state, at: 'dialling' }, dialSeconds, [
    { type: 'recordStep', name: 'worker-dialled' },
    { type: 'dialWorker', ringSeconds: dialSeconds + GRACE_SECONDS },
  ])
}

function whileDialling(state: CallbackState, event: FlowEvent): Advanced<CallbackState> {
  if (event.type === 'resumed') return resumedWhileDialling(state, event)
  if (isAgentGone(event)) return end(state, 'hung-up', { kind: 'agent-hung-up-before-answer' })
  if (isGone(event, 'interpreter')) return end(state, 'hung-up', NO_INTERPRETER)
  if (isTimer(event, state)) return end(state, 'timed-out', workerEnd(state, { cause: NO_ANSWER }))
  if (!('leg' in event) || event.leg !== 'worker') return stay(state)
  switch (event.type) {
    case 'dialProgressed':
      return event.status === 'ANSWER' ? talk(state) : dialProgressed(state, event.status)
    case 'legAnswered':
      return talk(state)
    case 'legFailed':
      return event.mayHaveRung ? end(state, 'failed', { kind: 'lost' }) : reroute(state, workerEnd(state, { cause: NETWORK_OUT_OF_ORDER }))
    case 'legEnded': {
      const ended = workerEnd(state, event)
      return failedBeforeRinging(state, event) ? reroute(state, ended) : end(state, 'failed', ended)
    }
    default:
      return stay(state)
  }
}

/** 180 brings no sound, so we make the ringing; with 183 the line's own sound is heard. Both may have disturbed somebody. */
function dialProgressed(state: CallbackState, status: string): Advanced<CallbackState> {
  if (status !== 'RINGING' && status !== 'PROGRESS') {
    return { state: FINAL_DIAL_STATUSES.has(status) ? { ...state, lastDialStatus: status } : state, effects: [] }
  }
  const tone: Effect = { type: status === 'RINGING' ? 'startRingTone' : 'stopRingTone', leg: 'agent' }
  if (state.rang) return { state, effects: [tone] }
  return { state: { ...state, rang: true }, effects: [{ type: 'attemptRang' }, { type: 'recordStep', name: 'worker-rang' }, tone] }
}

function talk(state: CallbackState): Advanced<CallbackState> {
  return wait({ ...state, at: 'talking', lastDialStatus: 'ANSWER' }, state.maxCallSeconds, [
    { type: 'stopRingTone', leg: 'agent' },
    { type: 'attemptAnswered' },
    { type: 'attemptConnected' },
    { type: 'recordStep', name: 'talking', status: 'talking' },
  ])
}

function whileTalking(state: CallbackState, event: FlowEvent): Advanced<CallbackState> {
  if (isGone(event, 'interpreter'))
    return { state, effects: [{ type: 'interpreterLeft' }, { type: 'recordStep', name: 'interpreter-left' }] }
  if (event.type === 'legEnded' && event.leg !== 'caller') return end(state, 'completed', workerEnd(state, event))
  if (event.type === 'hangUpOrdered') return end(state, 'completed', workerEnd(state, { cause: NORMAL_CLEARING }))
  if (isTimer(event, state)) return end(state, 'timed-out', workerEnd(state, { cause: NORMAL_CLEARING }))
  if (event.type !== 'resumed') return stay(state)
  const areBothUp = event.legs.agent === 'up' && event.legs.worker === 'up'
  return areBothUp ? wait(state, state.maxCallSeconds, []) : end(state, 'lost', workerEnd(state, { cause: 0 }))
}

/**
 * A ringing agent proves that the worker was not dialled. An agent who is up does not, for a new process: the saved state
 * may be older than the dead process's last deed, and the number is gone with it.
 */
function resumedWhileAgentRings(state: CallbackState, { legs, isNewProcess }: Resumed): Advanced<CallbackState> {
  if (legs.agent === 'ringing') {
    return isNewProcess ? end(state, 'lost', { kind: 'agent-did-not-answer' }) : wait(state, AGENT_RING_SECONDS + GRACE_SECONDS, [])
  }
  if (isNewProcess) return resumedAsStranger(state, legs)
  return legs.agent === 'up' ? agentIsUp(state) : end(state, 'lost', { kind: 'agent-did-not-answer' })
}

/** A ringing interpreter too proves that the worker was not dialled. */
function resumedWhileInterpreterRings(state: CallbackState, { legs, isNewProcess }: Resumed): Advanced<CallbackState> {
  if (isNewProcess) return legs.interpreter === 'ringing' ? end(state, 'lost', NO_INTERPRETER) : resumedAsStranger(state, legs)
  if (legs.agent !== 'up') return end(state, 'lost', { kind: 'agent-hung-up-before-answer' })
  if (legs.interpreter === 'ringing') return wait(state, AGENT_RING_SECONDS + GRACE_SECONDS, [])
  return legs.interpreter === 'up' ? prepare(state) : end(state, 'lost', NO_INTERPRETER)
}

/** The same process knows that it has not dialled. */
function resumedWhilePreparing(state: CallbackState, { legs, isNewProcess }: Resumed): Advanced<CallbackState> {
  if (isNewProcess) return resumedAsStranger(state, legs)
  if (legs.agent !== 'up') return end(state, 'lost', { kind: 'agent-hung-up-before-answer' })
  return legs.worker === 'away' ? end(state, 'lost', workerEnd(state, { cause: NETWORK_OUT_OF_ORDER })) : dialWorker(state)
}

/** The look-up goes on beside the connection to Asterisk. */
function resumedWhileRerouting(state: CallbackState, { legs, isNewProcess }: Resumed): Advanced<CallbackState> {
  if (isNewProcess) return resumedAsStranger(state, legs)
  return legs.agent === 'up' ? stay(state) : end(state, 'lost', { kind: 'agent-hung-up-before-answer' })
}

function resumedAsStranger(state: CallbackState, legs: Resumed['legs']): Advanced<CallbackState> {
  return legs.agent === 'up' && legs.worker === 'up' ? talk(state) : end(state, 'lost', { kind: 'lost' })
}

/** If both are up they have been talking: the bridge was made before the dial. What became of a leg that is away nobody saw. */
function resumedWhileDialling(state: CallbackState, { legs }: Resumed): Advanced<CallbackState> {
  if (legs.agent === 'up' && legs.worker === 'ringing') return wait(state, state.ringSeconds + state.examineSeconds, [])
  return resumedAsStranger(state, legs)
}

function lost(state: CallbackState): Advanced<CallbackState> {
  if (state.at === 'new') return { state: { ...state, at: 'ended' }, effects: [{ type: 'endCall', reason: 'lost' }] }
  return end(state, 'lost', state.at === 'talking' ? workerEnd(state, { cause: 0 }) : { kind: 'lost' })
}

/** No SIP status means that nobody but us ended it: 19 is then a time limit of ours, and 20 that there is no way to the carrier. */
function workerEnd(state: CallbackState, { cause, sipStatus = null }: { cause: number; sipStatus?: number | null }): LineEnd {
  const { rang, lastDialStatus } = state
  const hadConversation = state.at === 'talking'
  const isOurs = sipStatus === null && !hadConversation
  return {
    kind: 'worker',
    hangupCause: isOurs && cause === SUBSCRIBER_ABSENT ? NETWORK_OUT_OF_ORDER : cause,
    sipStatus,
    lastDialStatus,
    timedOutByUs: isOurs && cause === NO_ANSWER,
    rang,
    hadConversation,
  }
}

/** The end is told before the legs are touched: a crash in between must not make it unknown. */
function end(state: CallbackState, reason: EndReason, ended: LineEnd): Advanced<CallbackState> {
  return {
    state: { ...state, at: 'ended' },
    effects: [
      { type: 'attemptEnded', ended },
      { type: 'hangUp', leg: 'worker' },
      { type: 'hangUp', leg: 'agent' },
      ...(state.hasInterpreter ? [{ type: 'hangUp', leg: 'interpreter' } as const] : []),
      { type: 'endCall', reason },
    ],
  }
}

function wait(state: CallbackState, seconds: number, effects: Effect[]): Advanced<CallbackState> {
  const step = state.step + 1
  // The timer is set first: what follows may be slow, and its failure comes back as an event.
  return { state: { ...state, step }, effects: [{ type: 'startTimer', step, seconds }, ...effects] }
}

const stay = (state: CallbackState): Advanced<CallbackState> => ({ state, effects: [] })
const isGone = (event: FlowEvent, leg: Leg) => (event.type === 'legEnded' || event.type === 'legFailed') && event.leg === leg
const isAgentGone = (event: FlowEvent) => event.type === 'hangUpOrdered' || isGone(event, 'agent')
const isTimer = (event: FlowEvent, state: CallbackState) => event.type === 'timerFired' && event.step === state.step
