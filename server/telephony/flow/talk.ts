/** Caller and agent in one bridge: state `talking` of an inbound call. */
import { end, type InboundState, isReport, languageOf, stay } from './inbound-state.ts'
import { readPin } from './pin-reading.ts'
import type { Advanced, Effect, EndReason, FlowEvent, LineEnd } from './types.ts'

/** Longest conversation. */
const TALK_SECONDS = 2 * 60 * 60
/** The dead-man timer of both legs on top of it: a conversation outlives a service that is away for a while. */
const DEADLINE_GRACE_SECONDS = 60
const NORMAL_CLEARING = 16

/** The agent has picked up. Told before the legs are joined: after a crash we may believe too much was done, never too little. */
export function talk(state: InboundState, before: Effect[]): Advanced<InboundState> {
  const { agent } = state.queue
  if (!agent) return stay(state)
  const step = state.step + 1
  const deadlineSeconds = TALK_SECONDS + DEADLINE_GRACE_SECONDS
  return {
    state: { ...state, at: 'talking', step, queue: { ...state.queue, playing: null, seeking: null } },
    effects: [
      { type: 'startTimer', step, seconds: TALK_SECONDS },
      ...before,
      { type: 'conversationBegan', agentUserId: agent.userId },
      { type: 'setDeadline', leg: 'caller', seconds: deadlineSeconds },
      { type: 'setDeadline', leg: 'agent', seconds: deadlineSeconds },
      { type: 'joinAgent' },
      { type: 'recordStep', name: 'talking', status: 'talking', language: languageOf(state), agentUserId: agent.userId },
    ],
  }
}

export function whileTalking(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'legEnded' && event.leg === 'agent') return agentLeft(state)
  if (event.type === 'hangUpOrdered') return agentLeft(state)
  if (event.type === 'legFailed' && event.leg === 'agent') return endTalk(state, 'failed')
  if (isReport(event, 'timerFired', state)) return endTalk(state, 'timed-out')
  if (event.type !== 'resumed') return stay(state)
  const areBothUp = event.legs.caller === 'up' && event.legs.agent === 'up'
  if (!areBothUp) return endTalk(state, 'lost')
  const step = state.step + 1
  return { state: { ...state, step }, effects: [{ type: 'startTimer', step, seconds: TALK_SECONDS }, { type: 'joinAgent' }] }
}

/** Whom nobody can call back hears a PIN, if they stay on the line: with it they can ask how things stand. */
function agentLeft(state: InboundState): Advanced<InboundState> {
  if (state.line.canCallBack) return endTalk(state, 'completed')
  const alone = { ...state, hasTalked: true, queue: { ...state.queue, agent: null } }
  return readPin(alone, [{ type: 'attemptEnded', ended: endedBy('completed') }, { type: 'partAgent' }, { type: 'hangUp', leg: 'agent' }])
}

/** Either hung up, or nobody can tell. Told before the legs are touched. */
export function endTalk(state: InboundState, reason: EndReason): Advanced<InboundState> {
  return end(state, reason, [
    { type: 'attemptEnded', ended: endedBy(reason) },
    { type: 'hangUp', leg: 'agent' },
    { type: 'hangUp', leg: 'caller' },
  ])
}

function endedBy(reason: EndReason): LineEnd {
  return {
    kind: 'worker',
    hangupCause: reason === 'lost' ? 0 : NORMAL_CLEARING,
    sipStatus: null,
    lastDialStatus: 'ANSWER',
    timedOutByUs: false,
    rang: false,
    hadConversation: true,
  }
}
