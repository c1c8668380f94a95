/** The phone side of the service as one thing: it takes calls, rings workers back, and tells the domains what happened. */
import { messages } from '../../domains/alerts/message-rules.ts'
import type { AgentTelephony } from '../../domains/agents/ports.ts'
import type { CallbackTelephony } from '../../domains/callbacks/ports.ts'
import type { PromptTelephony } from '../../domains/prompts/ports.ts'
import type { NumberTelephony } from '../../domains/watchdog/ports.ts'
import { isDatabaseAway } from '../../platform/db/errors.ts'
import type { AriLink, Log } from '../ari/face.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { TelephonyEvent } from '../ari/events.ts'
import { holdsRecording } from '../flow/message.ts'
import { begin, claim } from './answer.ts'
import { PhoneSystemAway } from './errors.ts'
import { createFacts } from './facts.ts'
import { hear } from './hear.ts'
import { openJournal } from './journal.ts'
import { createListenings } from './listenings.ts'
import { createNumberEar } from './number-ear.ts'
import { createNumberGate } from './number-gate.ts'
import { type CallsDeps, openCallback } from './open-calls.ts'
import { createKnownLanguage } from './known-language.ts'
import { createLastLook } from './last-look.ts'
import { createPhones } from './phones.ts'
import type { RuntimeAlert, TelephonyServices } from './ports.ts'
import { openRefused, reasonOf } from './refused.ts'
import { createSeek } from './seek.ts'
import { createSeekTrunk } from './seek-trunk.ts'
import { createRecovery } from './recovery.ts'
import { createRoomWatch } from './room.ts'
import { Sessions } from './sessions.ts'
import { createPinPool } from './pin-pool.ts'
import { createSoundFinder } from './sound-finder.ts'
import { createStatusFiles } from './status-files.ts'
import { createTrunks } from './trunks.ts'
import { createOvertaken, createTakeOver } from './take-over.ts'
import { createSpool } from './spool/spool.ts'
import { startTimer as startRealTimer, type StartTimer, within } from './timers.ts'
import { WriteBehind } from './write-behind.ts'
import { performTogether, performWrite, type Write } from './writes.ts'

export type TelephonyOptions = {
  /** Not started; made with `ariNames(instance)`. */
  link: AriLink
  /** Name of this process among those that share the database. */
  instance: string
  services: TelephonyServices
  log: Log
  clock: Clock
  /** Where facts wait while the database is away, and the 32 bytes they are sealed with. */
  journal: { folder: string; key: Buffer }
  /** Opens what the dialplan wrote down. */
  dialplanJournalKey: string
  /** Holds `<language>/<prompt>.wav`, as Asterisk sees it. */
  soundsFolder: string
  /** Where a message to one worker lies while it is played; Asterisk reads it there. */
  statusFolder: string
  /** Bytes that may be filled with messages, on the disk Asterisk records to; Infinity when it is another machine's. */
  spareBytes: () => Promise<number>
  /** A PIN made without the database. */
  makePin: () => string
  /** What Asterisk's SIP is bound to. */
  sipBind: string
  /** Another process runs under our instance's name: this one must end. */
  onReplaced: () => void
  /** Tests bring their own. */
  startTimer?: StartTimer
  /** Whether Asterisk could play a file; tests bring their own. @param path without `.wav` */
  canPlay?: (path: string) => Promise<boolean>
}

/** What the link must be made with. */
export const ariNames = (instance: string) => ({
  applications: { calls: `ringback-${instance}`, events: `events-${instance}` },
  rollCallVariables: ['RB_DID', 'RB_CHECK'],
})

export type Telephony = {
  /** Reads what was left behind, then connects to Asterisk for ever. Resolves before it is connected. */
  start(): Promise<void>
  /** Takes no more calls, waits for those that go on, then leaves the rest to Asterisk's dead-man timers. */
  stop(options: { drainMs: number }): Promise<void>
  callbackTelephony: Pick<CallbackTelephony, 'placeCall'>
  /** Ends an attempt's call; false: this process does not run it. */
  hangUpHere(attemptId: string): boolean
  agentTelephony: AgentTelephony
  promptTelephony: PromptTelephony
  /** As Asterisk last knew it; unknown while it is away. */
  trunkState(trunkId: string): 'reachable' | 'silent' | 'unknown'
  numberTelephony: NumberTelephony
  /** The numbers changed, or a change may have been missed. */
  refreshFacts(): void
  /** An agent became free, or a caller left the queue: those who wait look again. */
  agentsChanged(): void
  /** The database is back: what waited is told at once. */
  databaseIsBack(): void
  /** This process is heard and others may not be: looks whether one of them died, and takes its calls over. */
  lookForDead(): Promise<void>
  /** It was taken for dead: lets go of the calls that are another's by now. */
  letGoOfTaken(): Promise<void>
  /** Nothing of what happened waits on disk for the database. */
  hasToldAll(): boolean
  /** Able to take calls? `detail` is one sentence without secrets. */
  readiness(): Record<'ari' | 'lines' | 'trunks', { isOk: boolean; detail?: string }>
  /** Figures of now and since the start, for /metrics. */
  metrics(): Record<string, number>
}

/** How long the start waits for the database before it connects without what was left behind. */
const START_WAIT_MS = 5 * SECOND
/** How long the stop waits for commands that are under way. */
const STOP_WAIT_MS = 2 * SECOND

export async function createTelephony(options: TelephonyOptions): Promise<Telephony> {
  const { link, instance, services, log, clock, startTimer = startRealTimer } = options
  const { commands } = link
  const now = () => clock.now()
  const sessions = new Sessions()
  const journal = await openJournal({ ...options.journal, instance, log })
  const alarm = (alert: RuntimeAlert) =>
    void services.alerts.raise(alert).catch((error: unknown) => log.error({ err: error, kind: alert.kind }, 'an alert could not be raised'))
  const refused = await openRefused({
    ...{ ...options.journal, instance, log },
    onChange: (count) => {
      if (count) return alarm(refusedAlert(instance))
      services.alerts.resolve(refusedAlert(instance)).catch((error: unknown) => log.error({ err: error }, 'an alert could not be resolved'))
    },
  })
  const onRefused = (write: Write, error: unknown) => refused.keep({ write, refusedAt: now().toISOString(), reason: reasonOf(error) })
  const writes = new WriteBehind({
    perform: (write) => performWrite(services, write),
    performTogether: (several) => performTogether(services, several),
    ...{ isDatabaseAway, onRefused, journal, log, isOvertaken: createOvertaken(services.calls) },
  })
  const facts = createFacts({ load: () => services.countries.loadLineFacts(), log, startTimer })
  const { findLine } = facts
  const pins = createPinPool({ reserve: (count) => services.pins.reservePins(count), makeOne: options.makePin, log })
  const statusFiles = createStatusFiles({ folder: options.statusFolder, instance, log })
  let isStopping = false

  const spool = createSpool({
    ...{ commands, services, now, instance, findLine, log, startTimer, isDatabaseAway },
    journalKey: options.dialplanJournalKey,
    isOurs: (callId) => sessions.find(callId) !== undefined || writes.isPending(callId),
    isHeld: ({ callId, step }) => {
      const flow = sessions.find(callId)?.flow
      // What the caller said about being called is told before the message that it is about.
      return (flow?.flow === 'inbound' && holdsRecording(flow, step)) || writes.isContactPending(callId)
    },
    canSweep: () => link.state === 'connected' && facts.areLoaded && writes.mode === 'direct',
  })
  const sounds = createSoundFinder({
    ...{ folder: options.soundsFolder, log },
    ...(options.canPlay && { canPlay: options.canPlay }),
    onMissing: (missing) => {
      log.warn(missing, 'a prompt is missing')
      services.prompts.soundMissing(missing).catch((error: unknown) => log.error({ err: error }, 'a missing prompt could not be told'))
    },
  })
  const session: CallsDeps['session'] = {
    ...{ startTimer, now, log },
    phone: { commands, sounds, findLine, mayStillRing: createLastLook({ callbacks: services.callbacks, writes, log }) },
    memory: {
      checkPin: (entered) => services.pins.checkPin(entered),
      countryOf: (did) => findLine(did)?.countryId,
      ...{ pins, statusFiles },
    },
    write: (write) => writes.push(write),
    knownLanguage: createKnownLanguage({ workers: services.workers, writes, log }),
    seekAgent: createSeek({ agents: services.agents, writes, log, now }),
    seekTrunk: createSeekTrunk({ callbacks: services.callbacks, writes, log, now }),
    onMessage: (message) => spool.noteMessage(message),
    onEnded: (ended) => {
      sessions.end(ended)
      spool.sweepSoon('later')
    },
  }
  const room = createRoomWatch({ spareBytes: options.spareBytes, sessions, link, startTimer, log })
  const calls: CallsDeps = { sessions, session, instance, findLine, messageSeconds: () => room.messageSeconds }
  let stopRetry = () => {}
  const phones = createPhones({
    ...{ commands, agents: services.agents, sipBind: options.sipBind, log },
    retry: (again) => {
      stopRetry()
      if (!isStopping) stopRetry = startTimer(5 * SECOND, () => link.state === 'connected' && again())
    },
  })
  const listenings = createListenings({ commands, log })
  const trunks = createTrunks({ commands, log })
  const takeOver = createTakeOver({
    ...{ ...calls, commands, link, services, now, log, isStopping: () => isStopping },
    applicationOf: (other) => ariNames(other).applications.calls,
  })
  const recovery = createRecovery({ ...calls, commands, log, startTimer, services, writes, link })

  const ear = createNumberEar({ commands, startTimer, noteText: () => spool.noteText(), log })
  const gate = createNumberGate({
    ...{ commands, calls, sounds, startTimer, now, log },
    isOurNumber: facts.isOurNumber,
    recogniseCall: services.numbers.recogniseCall,
  })
  const answering = { commands, calls, facts, gate, log, isStopping: () => isStopping }
  const onEvent = (event: TelephonyEvent) => {
    if (event.type === 'broadcastOffered') void claim(answering, event)
    else if (event.type === 'arrived') begin(answering, event)
    else if (event.type === 'phoneChanged' && event.status !== 'unknown') {
      for (const ends of [phones, trunks]) ends.changed(event.endpoint, event.status === 'reachable')
    }
    if (event.type === 'textReceived') spool.noteText()
    listenings.hear(event)
    takeOver.hear(event)
    ear.hear(event)
    if (!gate.hear(event)) hear(event, sessions)
  }
  const listening = [
    link.on('event', onEvent),
    link.on('connected', (rollCall) => {
      recovery.connected(rollCall, takeOver.letGoAfterAbsence())
      ear.connected(rollCall)
      void phones.pushAll()
      void trunks.readAll()
      void room.tellDialplan()
      spool.sweepSoon('now')
    }),
    link.on('replaced', options.onReplaced),
  ]

  return {
    start: async () => {
      await statusFiles.clear()
      await within(START_WAIT_MS, Promise.all([facts.refresh(), recovery.load(), pins.fill(), room.start()]))
      link.start()
      void writes.whenDirect().then(() => refused.retry((write) => writes.tellAgain(write)))
    },
    stop: async ({ drainMs }) => {
      isStopping = true
      if (sessions.count) log.info({ calls: sessions.count, drainMs }, 'waiting for calls to end')
      await within(drainMs, sessions.empty())
      for (const off of listening) off()
      stopRetry()
      recovery.stop()
      facts.stop()
      room.stop()
      for (const left of sessions.all()) left.abandon()
      await within(STOP_WAIT_MS, Promise.all(sessions.all().map((left) => left.idle())))
      await writes.stop()
      await refused.close()
      await spool.stop()
      await link.stop()
      await statusFiles.clear()
      if (sessions.count) log.warn({ calls: sessions.count }, 'calls are left to Asterisk')
    },
    callbackTelephony: {
      placeCall: async (order) => {
        if (isStopping || link.state !== 'connected' || !facts.areLoaded) throw new PhoneSystemAway()
        openCallback(calls, order)
      },
    },
    hangUpHere: (attemptId) => {
      const session = sessions.find(attemptId)
      session?.dispatch({ type: 'hangUpOrdered' })
      return session !== undefined
    },
    numberTelephony: ear,
    agentTelephony: { pushPhone: phones.push, removePhone: phones.remove },
    promptTelephony: {
      playOnPhone: async (listening) => {
        if (isStopping || link.state !== 'connected') throw new PhoneSystemAway()
        await listenings.play(listening)
      },
    },
    trunkState: (trunkId) => (link.state === 'connected' ? trunks.stateOf(trunkId) : 'unknown'),
    agentsChanged: () => {
      for (const session of sessions.all()) {
        if (session.flow.at === 'waiting') session.dispatch({ type: 'agentsChanged' })
      }
    },
    refreshFacts: () => void facts.refresh(),
    databaseIsBack: () => {
      writes.retryNow()
      void facts.refresh()
      void pins.fill()
      spool.sweepSoon('now')
    },
    lookForDead: takeOver.look,
    letGoOfTaken: takeOver.letGo,
    hasToldAll: () => writes.mode === 'direct' && journal.size === 0,
    readiness: () => ({
      ari: link.state === 'connected' ? { isOk: true } : { isOk: false, detail: link.trouble },
      trunks: trunks.readiness(),
      lines: facts.areLoaded ? { isOk: true } : { isOk: false, detail: 'the numbers have not been read from the database' },
    }),
    metrics: () => ({
      calls: sessions.count,
      messageSeconds: room.messageSeconds,
      writesWaiting: journal.size,
      writesRefused: refused.count,
      ...prefixed('writes', writes.counters),
      ariRequests: link.counters.requests,
      ...prefixed('ariFailures', link.counters.failures),
      ariEvents: link.counters.events,
      ...prefixed('ariDropped', link.counters.dropped),
      ariConnects: link.counters.connects,
      ariDisconnects: link.counters.disconnects,
    }),
  }
}

function refusedAlert(instance: string): RuntimeAlert {
  const message = messages.say('alert-write-refused', { instance })
  return { kind: 'write-refused', subject: instance, severity: 'critical', message }
}

function prefixed(prefix: string, figures: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}${name[0]?.toUpperCase()}${name.slice(1)}`, value]))
}
