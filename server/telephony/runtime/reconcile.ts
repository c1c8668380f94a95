/**
 * After every connect: what the calls in memory, the calls in the database and the legs in Asterisk say of each other.
 *
 *   session + leg      resumed         saved + leg     reopened, then resumed
 *   session, no leg    channelLost     saved, no leg   reopened, then channelLost
 *   leg alone          a caller: begun anew · a leg of a callback, or of a call that has ended: hung up
 */
import { AriError } from '../ari/errors.ts'
import type { AriCommands, Log, RollCall } from '../ari/face.ts'
import { type FlowEvent, type Leg, LEGS, type LegState } from '../flow/types.ts'
import { callOfChannel, isOutboundLeg, messageName } from './ids.ts'
import { type CallsDeps, openInbound, reopen, reopenUnsaved } from './open-calls.ts'
import type { OpenCall } from './ports.ts'
import type { Session } from './session.ts'

export type ReconcileDeps = CallsDeps & { commands: AriCommands; log: Pick<Log, 'info' | 'warn'> }

/**
 * Each call in memory is told what the roll-call says of it; what must be asked of Asterisk is asked in the call's own queue.
 * @param areOurs when it is known which of them another process has by now; undefined: none
 */
export function tellSessions(
  deps: ReconcileDeps,
  rollCall: RollCall,
  { hasAsteriskRestarted, areOurs }: { hasAsteriskRestarted: boolean; areOurs?: Promise<void> | undefined },
): void {
  for (const session of deps.sessions.all()) {
    if (areOurs) session.dispatch(async () => void (await areOurs))
    tellWhatIsLeft(session, { deps, rollCall, hasAsteriskRestarted })
  }
}

/** The calls of an earlier process go on from where they were saved. */
export function pickUpSaved(deps: ReconcileDeps, rollCall: RollCall, openCalls: readonly OpenCall[]): void {
  openSaved(deps, openCalls)(rollCall)
}

/**
 * Opens the calls of another process as they were saved: what happens to their legs is heard from now on.
 * @returns lets them go on, once it is known which legs are left
 */
export function openSaved(deps: ReconcileDeps, openCalls: readonly OpenCall[]): (rollCall: RollCall) => void {
  // What the dialplan took alone (`fallback`) is settled by whoever empties the spool.
  const unknown = openCalls.filter(
    ({ flow, callId }) => flow !== 'fallback' && !deps.sessions.find(callId) && !deps.sessions.hasEnded(callId),
  )
  const opened = unknown.map((saved) => ({ saved, session: reopen(deps, saved) }))
  return (rollCall) => {
    for (const { saved, session } of opened) goOn(saved, session, { deps, rollCall })
    if (openCalls.length) deps.log.info({ calls: openCalls.length }, 'calls of an earlier process picked up')
  }
}

/**
 * Legs without a call: a caller is begun anew, a leg of a callback is hung up.
 * @param areSavedKnown false while the database is away: then legs of callbacks are left alone, for people may be talking
 */
export function tellStrangers(deps: ReconcileDeps, rollCall: RollCall, areSavedKnown: boolean): void {
  for (const channel of rollCall.channels) {
    if (!deps.sessions.find(callOfChannel(channel.channelId))) stranger(deps, channel, areSavedKnown)
  }
}

function goOn(saved: OpenCall, session: Session | undefined, { deps, rollCall }: Pick<Left, 'deps' | 'rollCall'>): void {
  const hasAsteriskRestarted = rollCall.asterisk.startedAt > saved.startedAt
  if (session) return tellWhatIsLeft(session, { deps, rollCall, hasAsteriskRestarted })
  // A caller who is still there is begun anew, as a leg without a call.
  if (saved.flow === 'inbound' && rollCall.channels.some(({ channelId }) => channelId === saved.channelId)) return
  reopenUnsaved(deps, saved).dispatch({ type: 'channelLost', hasAsteriskRestarted })
}

type Left = { deps: ReconcileDeps; rollCall: RollCall; hasAsteriskRestarted: boolean }

function tellWhatIsLeft(session: Session, { deps, rollCall, hasAsteriskRestarted }: Left): void {
  const isNewProcess = session.isInherited
  session.isInherited = false
  const legs: Partial<Record<Leg, LegState>> = {}
  for (const leg of LEGS) {
    const channelId = session.legs[leg]
    const channel = rollCall.channels.find((each) => each.channelId === channelId)
    if (channelId !== undefined) legs[leg] = !channel ? 'away' : channel.state === 'Up' ? 'up' : 'ringing'
  }
  if (Object.values(legs).every((state) => state === 'away')) return session.dispatch({ type: 'channelLost', hasAsteriskRestarted })
  session.dispatch(async (): Promise<FlowEvent> => {
    return { type: 'resumed', legs, recording: await recordingOf(session, deps.commands), isNewProcess }
  })
}

/** Asked in this order, and not taken from the roll-call: a recording that ends between the two questions is then found stored. */
async function recordingOf({ callId, flow }: Session, commands: AriCommands) {
  if (flow.flow !== 'inbound' || flow.at !== 'recording' || flow.language === null) return 'none'
  const name = messageName({ callId, language: flow.language, step: flow.step })
  try {
    if (await commands.findLiveRecording(name)) return 'running'
    return (await commands.listStoredRecordings()).includes(name) ? 'stored' : 'none'
  } catch (error) {
    if (!(error instanceof AriError)) throw error
    // Asterisk does not say: wait for the recording's end, which comes by itself or by the flow's timer.
    return 'running'
  }
}

type RollCallChannel = RollCall['channels'][number]

function stranger(deps: ReconcileDeps, channel: RollCallChannel, areSavedKnown: boolean): void {
  const { commands, log } = deps
  const { channelId, variables } = channel
  // A check of one of our numbers is nobody's call: it ends here, and is made again.
  const hasEnded = variables.RB_CHECK !== undefined || deps.sessions.hasEnded(callOfChannel(channelId))
  if (!hasEnded && variables.RB_DID !== undefined) {
    const line = deps.findLine(variables.RB_DID)
    return line ? openInbound(deps, channel, line) : handBack(deps, channelId)
  }
  if (!hasEnded && !(areSavedKnown && isOutboundLeg(channelId))) return
  log.warn({ channelId }, 'a leg without a call is hung up')
  commands.hangUp(channelId).catch((error: unknown) => log.warn({ channelId, trouble: String(error) }, 'it could not be hung up'))
}

/** The dialplan takes the message: for callers whose line we do not know. */
export function handBack({ commands, log }: Pick<ReconcileDeps, 'commands' | 'log'>, channelId: string): void {
  commands
    .continueInDialplan(channelId, { context: 'fallback', extension: 's', priority: 1 })
    .catch((error: unknown) => log.warn({ channelId, trouble: String(error) }, 'a caller could not be given to the dialplan'))
}
