/** Effects that are for the phone, as commands to Asterisk. */
import { outboundDial, outboundFormats, outboundVariables } from '../../../asterisk-config/names.ts'
import type { CallOrder } from '../../domains/callbacks/ports.ts'
import { mayDial } from '../../domains/workers/rules.ts'
import { AriError, AriRefused, AriUnreachable, NameTaken } from '../ari/errors.ts'
import type { AriCommands } from '../ari/face.ts'
import type { Effect, FlowEvent, Leg } from '../flow/types.ts'
import type { CallerMemory } from './caller-memory.ts'
import {
  agentChannelId,
  bridgeId,
  callReference,
  heldAgentChannelId,
  interpreterChannelId,
  messageName,
  playbackId,
  workerChannelId,
} from './ids.ts'
import type { MayStillRing } from './last-look.ts'
import type { LineFacts } from './ports.ts'
import type { SoundFinder } from './sound-finder.ts'

export type PhoneDeps = {
  commands: AriCommands
  sounds: SoundFinder
  findLine: (did: string) => LineFacts | undefined
  mayStillRing: MayStillRing
}
export type CallOnPhone = {
  callId: string
  legs: Partial<Record<Leg, string>>
  order: CallOrder | undefined
  /** Of the number of ours that was called. */
  did: string | undefined
  memory: Pick<CallerMemory, 'reveal'>
}

/** We refused, before anything was dialled. */
class DialRefused extends AriError {
  constructor(reason: string) {
    super('dial-refused', 'dial', reason)
  }
}

/** The worker wrote that they do not want to be called, after the order was given. */
class CalledOff extends AriError {
  constructor() {
    super('called-off', 'dial', 'the worker asked meanwhile not to be called')
  }
}

/**
 * Does it, and resolves when Asterisk has agreed; effects that are no business of the phone's do nothing.
 * @throws AriError of any kind
 */
export async function doOnPhone(effect: Effect, call: CallOnPhone, deps: PhoneDeps): Promise<void> {
  const { commands } = deps
  const { callId, legs } = call
  switch (effect.type) {
    case 'answer':
      return legs.caller === undefined ? undefined : commands.answer(legs.caller)
    case 'setDeadline':
      return setDeadline(effect, legs[effect.leg], commands)
    case 'play':
      return legs.caller === undefined ? undefined : play(effect, { ...call, caller: legs.caller }, deps)
    case 'stopPlayback':
      return commands.stopPlayback(playbackId(callId, effect.step))
    case 'record':
      return record(effect, call, commands)
    case 'stopRecording':
      return commands.stopRecording(messageName({ callId, ...effect }))
    case 'discardMessage':
      return commands.deleteStoredRecording(messageName({ callId, ...effect }))
    case 'hangUp': {
      const channelId = legs[effect.leg]
      return channelId === undefined ? undefined : commands.hangUp(channelId)
    }
    case 'ringAgent':
      return ringAgent(effect.ringSeconds, call, commands)
    case 'ringInterpreter':
      return ringInterpreter(effect.ringSeconds, call, commands)
    case 'createWorker':
      return createWorker(effect, call, deps)
    case 'dialWorker':
      return legs.worker === undefined ? undefined : commands.dial(legs.worker, effect.ringSeconds)
    case 'rejectCall':
      return legs.caller === undefined ? undefined : commands.hangUp(legs.caller, 'busy')
    case 'ringHeldAgent':
      return ringHeldAgent(effect, call, commands)
    case 'joinAgent':
      return joinAgent(call, commands)
    case 'partAgent':
      return commands.destroyBridge(bridgeId(callId))
    case 'startRingTone':
      return ringTone(legs[effect.leg], commands.ring)
    case 'stopRingTone':
      return ringTone(legs[effect.leg], commands.ringStop)
    case 'endCall':
      return legs.agent === undefined ? undefined : commands.destroyBridge(bridgeId(callId))
    default:
      return undefined
  }
}

/** What a failed command means to the flow; undefined when the flow's own timer is answer enough. */
export function failureOf(effect: Effect, error: AriError): FlowEvent | undefined {
  switch (effect.type) {
    case 'play':
      // Without an answer it may be playing; with a refusal it is over before it began.
      return error instanceof AriRefused ? { type: 'playbackFinished', step: effect.step } : undefined
    case 'record':
      return { type: 'recordingFailed', step: effect.step }
    case 'ringAgent':
    case 'ringHeldAgent':
    case 'joinAgent':
      return { type: 'legFailed', leg: 'agent', mayHaveRung: false }
    case 'ringInterpreter':
      return { type: 'legFailed', leg: 'interpreter', mayHaveRung: false }
    case 'createWorker':
    case 'dialWorker':
      if (error instanceof CalledOff) return { type: 'hangUpOrdered' }
      return { type: 'legFailed', leg: 'worker', mayHaveRung: mayHaveDialled(error) }
    default:
      return undefined
  }
}

/** Nothing rings before `dial`; a `dial` that was sent and not answered may have been done. */
function mayHaveDialled(error: AriError): boolean {
  return error instanceof AriUnreachable && error.operation === 'channels.dial' && error.kind !== 'not-connected'
}

/** What is missing is found here: whatever is gone, something is heard, and the call goes on. */
async function play({ prompts, step }: Doing<'play'>, { callId, caller, did, memory }: CallOnPhone & { caller: string }, deps: PhoneDeps) {
  const languages = (did === undefined ? undefined : deps.findLine(did))?.languageCodes ?? []
  const found = memory.reveal(prompts).map(async (sound) => ('path' in sound ? [sound.path] : deps.sounds.find(sound, languages)))
  const media = (await Promise.all(found)).flat().map((path) => `sound:${path}`)
  await deps.commands.play(caller, media, playbackId(callId, step))
}

type Doing<T extends Effect['type']> = Extract<Effect, { type: T }>

async function setDeadline({ seconds, language }: Doing<'setDeadline'>, channelId: string | undefined, commands: AriCommands) {
  if (channelId === undefined) return
  const deadline = { 'TIMEOUT(absolute)': String(seconds) }
  await commands.setVariables(channelId, language === undefined ? deadline : { ...deadline, RB_LANGUAGE: language })
}

async function record(
  { step, language, maxSeconds, silenceSeconds }: Doing<'record'>,
  { callId, legs }: CallOnPhone,
  commands: AriCommands,
) {
  if (legs.caller === undefined) return
  const limits = { maxDurationSeconds: maxSeconds, maxSilenceSeconds: silenceSeconds, terminateOn: '#' } as const
  await commands.record(legs.caller, messageName({ callId, language, step }), limits)
}

/** The phone shows the callback's reference: a desk phone stores what it is sent. */
async function ringAgent(ringSeconds: number, { callId, order, legs }: CallOnPhone, commands: AriCommands) {
  if (!order) throw new DialRefused('the order is not known to this process')
  legs.agent = agentChannelId(callId)
  const phone = { channelId: legs.agent, endpoint: `PJSIP/${order.agentSipUser}`, callerNumber: order.reference, appArgs: 'agent' }
  await commands.originate(phone, ringSeconds)
}

/** As the agent's: it shows the reference, and no number. */
async function ringInterpreter(ringSeconds: number, { callId, order, legs }: CallOnPhone, commands: AriCommands) {
  const sipUser = order?.interpreterSipUser ?? null
  if (!order || sipUser === null) throw new DialRefused('the interpreter is not known to this process')
  legs.interpreter = interpreterChannelId(callId)
  const phone = { channelId: legs.interpreter, endpoint: `PJSIP/${sipUser}`, callerNumber: order.reference, appArgs: 'interpreter' }
  await commands.originate(phone, ringSeconds)
}

/** The phone shows the call's reference. A leg that is not made yet when we die has an id of its own all the same. */
async function ringHeldAgent({ sipUser, nth, ringSeconds }: Doing<'ringHeldAgent'>, { callId, legs }: CallOnPhone, commands: AriCommands) {
  legs.agent = heldAgentChannelId(callId, nth)
  const phone = { channelId: legs.agent, endpoint: `PJSIP/${sipUser}`, callerNumber: callReference(callId), appArgs: 'agent' }
  await commands.originate(phone, ringSeconds)
}

async function joinAgent({ callId, legs }: CallOnPhone, commands: AriCommands) {
  if (legs.agent === undefined || legs.caller === undefined) return
  await openBridge(callId, commands)
  await commands.addToBridge(bridgeId(callId), legs.agent)
  await commands.addToBridge(bridgeId(callId), legs.caller)
}

/** After a restart, or over a second trunk, it is there already, and perhaps not with both in it. */
async function openBridge(callId: string, commands: AriCommands) {
  await commands.createBridge(bridgeId(callId)).catch((error: unknown) => {
    if (!(error instanceof NameTaken)) throw error
  })
}

const ringTone = (channelId: string | undefined, verb: (channelId: string) => Promise<void>) =>
  channelId === undefined ? undefined : verb(channelId)

/** The worker's leg is in the bridge before it is dialled, so that the agent hears what the line sends before the answer. */
async function createWorker(
  { deadlineSeconds, trunkId, nthTrunk }: Doing<'createWorker'>,
  { callId, legs, order }: CallOnPhone,
  deps: PhoneDeps,
) {
  const { commands } = deps
  // Before anything is asked of Asterisk: what it still has to say of the trunk before is nobody's.
  legs.worker = workerChannelId(callId, nthTrunk)
  const { endpoint, variables } = routeOf(order, trunkId, deps)
  if (legs.agent === undefined) throw new DialRefused('there is no agent')
  if (!(await deps.mayStillRing(callId))) throw new CalledOff()
  await openBridge(callId, commands)
  await commands.addToBridge(bridgeId(callId), legs.agent)
  if (legs.interpreter !== undefined) await commands.addToBridge(bridgeId(callId), legs.interpreter)
  await commands.create({
    channelId: legs.worker,
    endpoint,
    appArgs: 'worker',
    formats: outboundFormats,
    variables: { ...variables, 'TIMEOUT(absolute)': String(deadlineSeconds) },
  })
  await commands.addToBridge(bridgeId(callId), legs.worker)
}

/** The second of three locks on what may be dialled: the domain's before, the dialplan's after. */
function routeOf(order: CallOrder | undefined, trunkId: string, { findLine }: PhoneDeps) {
  if (!order) throw new DialRefused('the order is not known to this process')
  const line = findLine(order.callerDid)
  if (!line?.trunkIds.includes(trunkId)) throw new DialRefused('the number to show is not one of the trunk')
  const decision = mayDial(line.countryId, order.workerE164)
  if (decision.kind === 'refused') throw new DialRefused(decision.reason)
  return {
    endpoint: outboundDial(trunkId, line.kind),
    variables: outboundVariables(order.workerE164, order.detectsMachines ? order.ringTimeoutSeconds : undefined),
  }
}
