/** Begins a session for each kind of call: one that arrives, one that is ordered, one that an earlier process left behind. */
import { EXAMINATION_SECONDS, trunkOfEndpoint } from '../../../asterisk-config/names.ts'
import type { CallOrder } from '../../domains/callbacks/ports.ts'
import { isOpen } from '../../domains/countries/hours-rules.ts'
import { isOrdinaryNumber, mayDial } from '../../domains/workers/rules.ts'
import type { ChannelFacts } from '../ari/events.ts'
import { newCallback } from '../flow/callback.ts'
import { newInbound } from '../flow/inbound.ts'
import type { FlowState } from '../flow/index.ts'
import type { LineForFlow } from '../flow/types.ts'
import { CallNotAllowed } from './errors.ts'
import { agentChannelId, callIdOf, heldAgentChannelId, interpreterChannelId, workerChannelId } from './ids.ts'
import type { LineFacts, OpenCall } from './ports.ts'
import { type SavedCall, Session, type SessionDeps, type SessionStart } from './session.ts'
import type { Sessions } from './sessions.ts'

export type CallsDeps = {
  sessions: Sessions
  session: SessionDeps
  instance: string
  findLine: (did: string) => LineFacts | undefined
  /** Longest a message may be at this moment. */
  messageSeconds: () => number
}

/** Steps that the dead process may have counted after it last saved. */
const SEQUENCE_GAP = 20

/** A worker rings us. A call that is known already, because events come twice, is left as it is. */
export function openInbound(deps: CallsDeps, channel: ChannelFacts, line: LineFacts): void {
  const { sessions, session, instance } = deps
  const { channelId } = channel
  const callId = callIdOf(channelId)
  if (sessions.find(callId) || sessions.hasEnded(callId)) return
  const opened = add(deps, { callId, legs: { caller: channelId }, did: line.did, flow: whole(deps, newInbound()), sequence: 0 })
  session.write({
    type: 'arrived',
    callId,
    at: session.now().toISOString(),
    call: {
      channelId,
      direction: 'inbound',
      flow: 'inbound',
      did: line.did,
      callerE164: channel.callerNumber || null,
      trunkId: trunkOfEndpoint(channel.endpoint),
      instance,
    },
  })
  opened.dispatch({ type: 'arrived', line: lineForFlow(line, channel.callerNumber, session.now()) })
  // Beside the greeting, which is the same for everybody.
  void session.knownLanguage({ countryId: line.countryId, number: channel.callerNumber }).then((language) => {
    if (language !== null && !sessions.hasEnded(callId)) opened.dispatch({ type: 'callerKnown', language })
  })
}

/** @param callerNumber as the carrier sent it */
export function lineForFlow(line: LineFacts, callerNumber: string, now: Date): LineForFlow {
  const { answeringMode, emergencyNumber, queueLimitSeconds, countryId } = line
  return {
    languages: [...line.languageCodes],
    fixedLanguage: line.fixedLanguageCode,
    isOpen: isOpen(line.hours, now),
    ...{ countryId, answeringMode, emergencyNumber, queueLimitSeconds },
    canCallBack: isOrdinaryNumber(countryId, callerNumber),
  }
}

/**
 * A worker is to be rung back. An order that is being carried out already is not begun twice.
 * @throws CallNotAllowed before anything rings
 */
export function openCallback(deps: CallsDeps, order: CallOrder): void {
  const { sessions, session, instance, findLine } = deps
  const { attemptId: callId, callerDid: did, callbackId, agentUserId } = order
  if (sessions.find(callId)) return
  const line = findLine(did)
  if (!line?.trunkIds.includes(order.trunkId)) throw new CallNotAllowed('The number to be shown is not one of this trunk.')
  const decision = mayDial(line.countryId, order.workerE164)
  if (decision.kind === 'refused') throw new CallNotAllowed(decision.reason)
  const opened = add(deps, { callId, legs: {}, order, flow: newCallback(), sequence: 0 })
  const channelId = workerChannelId(callId)
  const call = { channelId, direction: 'outbound', flow: 'callback', did, callerE164: null, instance, callbackId, agentUserId } as const
  session.write({ type: 'arrived', callId, at: session.now().toISOString(), call })
  const { ringTimeoutSeconds: ringSeconds, maxCallSeconds, trunkId } = order
  const hasInterpreter = order.interpreterSipUser !== null
  const examineSeconds = order.detectsMachines ? EXAMINATION_SECONDS : 0
  opened.dispatch({ type: 'ordered', plan: { ringSeconds, maxCallSeconds, trunkId, hasInterpreter, examineSeconds } })
}

/** A call of an earlier process, as it was saved last; undefined when nothing was saved, or not by us. */
export function reopen(deps: CallsDeps, { callId, channelId, did, flow, flowState }: OpenCall): Session | undefined {
  if (!isSavedCall(flowState)) return undefined
  const sequence = flowState.sequence + SEQUENCE_GAP
  return add(deps, {
    callId,
    legs: { ...legsOf(flow, callId, channelId), ...laterLegs(callId, flowState.flow) },
    did,
    flow: whole(deps, flowState.flow),
    sequence,
    isInherited: true,
  })
}

/** A call of an earlier process that saved nothing: only its end can be told, as of a call that got no further than its first step. */
export function reopenUnsaved(deps: CallsDeps, { callId, channelId, flow }: OpenCall): Session {
  const state = flow === 'callback' ? ({ ...newCallback(), at: 'dialling' } as const) : ({ ...newInbound(), at: 'menu' } as const)
  return add(deps, { callId, legs: legsOf(flow, callId, channelId), flow: state, sequence: SEQUENCE_GAP, isInherited: true })
}

/** What an earlier version saved may lack what this one counts; how much room there is, is of this moment. */
const whole = ({ messageSeconds }: CallsDeps, flow: FlowState): FlowState =>
  flow.flow === 'inbound' ? { ...newInbound(), ...flow, messageSeconds: messageSeconds() } : { ...newCallback(), ...flow }

function legsOf(flow: string, callId: string, channelId: string) {
  return flow === 'callback' ? { agent: agentChannelId(callId), worker: workerChannelId(callId) } : { caller: channelId }
}

/** The agent who was being rung, or talks; the interpreter; the worker's leg over the trunk that was tried last. */
function laterLegs(callId: string, flow: FlowState): Partial<Record<'agent' | 'interpreter' | 'worker', string>> {
  if (flow.flow === 'callback')
    return {
      worker: workerChannelId(callId, flow.nthTrunk ?? 1),
      ...(flow.hasInterpreter ? { interpreter: interpreterChannelId(callId) } : {}),
    }
  if (!flow.queue.agent) return {}
  return { agent: heldAgentChannelId(callId, flow.queue.nth) }
}

function add({ sessions, session }: CallsDeps, start: SessionStart): Session {
  const opened = new Session(session, start)
  sessions.add(opened)
  return opened
}

/** The row is ours; what could differ is the version that wrote it. */
function isSavedCall(value: unknown): value is SavedCall {
  if (typeof value !== 'object' || value === null || !('flow' in value) || !('sequence' in value)) return false
  const { flow, sequence } = value
  if (typeof flow !== 'object' || flow === null || !('flow' in flow) || typeof sequence !== 'number') return false
  // Of an earlier version, which saved the end and was killed before it told it.
  if ('at' in flow && flow.at === 'ended') return false
  // A caller whom a version without a queue left behind is begun anew.
  return flow.flow === 'callback' || (flow.flow === 'inbound' && 'queue' in flow)
}
