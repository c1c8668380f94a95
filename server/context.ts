/** Composition root: the only file that constructs. `createContext(config, overrides)` serves tests too. */
import path from 'node:path'
import type { Config } from './config.ts'
import { watchMachine } from './context-machine.ts'
import { createPhoneSide, type PhoneSide } from './context-telephony.ts'
import { createHeadFile } from './domains/activity-log/head-file.ts'
import { chainMac, createSealer } from './domains/activity-log/sealer.ts'
import { alertsTopic } from './domains/alerts/service.ts'
import type { AgentTelephony } from './domains/agents/ports.ts'
import { AGENT_CHANGED } from './domains/agents/service.ts'
import { createRosterImports, type RosterImports } from './domains/audits/import/service.ts'
import { CALLBACK_CHANGED, CALLBACKS_PLANNED, dispatch, OFFER_CHANGED, offerTopic } from './domains/callbacks/service.ts'
import type { CallbackTelephony, TrunkTelephony } from './domains/callbacks/ports.ts'
import { callbackTasks } from './domains/callbacks/tasks.ts'
import { COUNTRY_CHANGED } from './domains/countries/service.ts'
import { countryTasks } from './domains/countries/tasks.ts'
import { forgetOldPins } from './domains/pins/service.ts'
import { boardTopic, TELEPHONY_CHANGED } from './domains/live-board/service.ts'
import type { PromptTelephony } from './domains/prompts/ports.ts'
import { PROMPT_CHANGED } from './domains/prompts/service.ts'
import { createSoundFiles } from './domains/prompts/sound-files.ts'
import type { OwnTexts, TextTelephony } from './domains/texts/ports.ts'
import { textsTopic } from './domains/texts/service.ts'
import {
  createNumberWatchdog,
  forgetOldChecks,
  NUMBER_DUE,
  type NumberWatchdog,
  numbersTopic,
  ownTexts,
} from './domains/watchdog/service.ts'
import type { NumberTelephony } from './domains/watchdog/ports.ts'
import { keepRetention } from './domains/retention/service.ts'
import { forgetOldSessions } from './domains/users/session-service.ts'
import { FieldCipher, KEY_DESTROYED } from './platform/crypto/field-cipher.ts'
import { type KeyRing, loadKeyRing } from './platform/crypto/key-files.ts'
import { assertMasterKeys } from './platform/crypto/rotation.ts'
import { createDb, type DbPool } from './platform/db/db.ts'
import { createPlace } from './platform/db/place.ts'
import { type DatabaseWatch, watchDatabase } from './platform/db/watch.ts'
import { diskReadiness } from './platform/disk.ts'
import type { App } from './platform/http/app.ts'
import type { ReadinessPart } from './platform/http/health.ts'
import { createMetrics, type Metrics } from './platform/http/metrics.ts'
import { createAlive } from './platform/jobs/alive.ts'
import { createJobs, type Jobs } from './platform/jobs/jobs.ts'
import { createWaker, wakerReadiness } from './platform/jobs/waker.ts'
import type { LiveTopic } from './platform/live/announce.ts'
import { Hub } from './platform/live/hub.ts'
import { createLiveListener, type LiveListener } from './platform/live/listener.ts'
import { createLog, type Log } from './platform/log.ts'
import { CLOCK_CHANGED, createProductClock, type ProductClock } from './platform/time/demo-clock.ts'

export type Context = {
  config: Config
  log: Log
  /** The product's calendar; what runs on real time (leases, sessions, rings) uses the database's or the system's. */
  clock: ProductClock
  metrics: Metrics
  db: DbPool
  databaseWatch: DatabaseWatch
  cipher: FieldCipher
  live: LiveListener
  hub: Hub
  jobs: Jobs
  callbackTelephony: CallbackTelephony
  agentTelephony: AgentTelephony
  textTelephony: TextTelephony
  promptTelephony: PromptTelephony
  trunkTelephony: TrunkTelephony
  rosterImports: RosterImports
  /** Texts that our own checks sent are no worker's. */
  ownTexts: OwnTexts
  numberWatchdog: NumberWatchdog
  /** What /ready names; parts add theirs. */
  readinessParts: ReadinessPart[]
  /** Begins background work: listening, heartbeat, sealing. */
  start(): Promise<void>
  /** Takes no more calls and waits for those that go on, at most this long; everything else still works meanwhile. */
  drain(drainMs: number): Promise<void>
  /** Ends it and closes the database; calls are drained before. */
  stop(): Promise<void>
}

/** How a domain's routes.ts presents itself to app.ts. */
export type RoutePlugin = (app: App, context: Context) => void | Promise<void>
/** What a test may bring of its own. */
export type Overrides = Partial<Pick<Context, 'log' | 'clock'>> & { keyRing?: KeyRing; phone?: PhoneSide }

/**
 * Builds everything and connects to the database, which must be migrated. Nothing works in the background before `start`.
 * @throws BadKeyFile, MasterKeyMissing, ClockIsReal
 */
export async function createContext(config: Config, overrides: Overrides = {}): Promise<Context> {
  // platform
  const log = overrides.log ?? createLog(config.logLevel)
  const metrics = createMetrics(config.instance)
  const keyRing = overrides.keyRing ?? (await loadKeyRing(config.keys))
  const cipher = new FieldCipher(keyRing)
  const onError = (err: unknown, what: string) => log.warn({ err }, what)
  const db = createDb(config.databaseUrl, { max: config.databaseMaxConnections, onError })
  const clock = await checkData(db, keyRing, () => overrides.clock ?? createProductClock(db, config.clock))
  const databaseWatch = watchDatabase(db)
  const live = createLiveListener(config.databaseUrl, log)
  const place = createPlace({ databaseUrl: config.databaseUrl, instance: config.instance, log })
  const hub = new Hub(log)
  const jobs = createJobs({ db, log, instance: config.instance })

  // domains
  const headFile = createHeadFile(path.join(config.dataFolder, 'activity-heads'))
  const sealer = createSealer({ db, mac: chainMac(cipher), headFile, log })
  jobs.every('forget old sessions', () => forgetOldSessions(db))
  jobs.every('retention', () => keepRetention({ db, cipher, clock }))
  jobs.every('forget old PINs', async () => void (await forgetOldPins({ db, clock })))

  const rosterImports = createRosterImports({ db, cipher, log })

  const soundFiles = createSoundFiles({ db, log, instance: config.instance, folder: path.join(config.dataFolder, 'sounds') })

  // telephony: its orders come from services that it reports to, so each finds the other when it is used.
  const callbackTelephony: CallbackTelephony = {
    placeCall: (order) => phone.callbackTelephony.placeCall(order),
    hangUpCall: (attemptId) => phone.callbackTelephony.hangUpCall(attemptId),
    trunkState: (trunkId) => phone.callbackTelephony.trunkState(trunkId),
  }
  const deps = { db, cipher, clock, log, callbackTelephony, ownTexts }
  const phone =
    overrides.phone ??
    (await createPhoneSide({
      ...{ config, log, deps, live, databaseWatch, place, metrics },
      blindIndexKey: keyRing.blindIndexKey,
      onConnection: () => {
        hub.change({ topic: TELEPHONY_CHANGED, id: config.instance })
        dispatcher.wake()
        void soundFiles.sync()
      },
      mendSounds: () => void soundFiles.sync(),
      onReplaced: () => {
        log.fatal('another process runs under this instance name: stopping')
        process.kill(process.pid, 'SIGTERM')
      },
    }))
  const dispatcher = createWaker({ name: 'dispatch', work: () => dispatch({ ...deps, isTelephonyConnected: phone.isConnected }), log })
  jobs.every('wake the dispatcher', async () => dispatcher.wake())
  databaseWatch.onChange((isUp) => isUp && dispatcher.wake())
  const alive = createAlive({
    ...{ db, log, instance: config.instance },
    hasToldAll: () => phone.hasToldAll(),
    onTakenOver: () => void phone.letGoOfTaken(),
    onSteady: () => void phone.lookForDead(),
  })
  for (const [name, job] of [...countryTasks(deps), ...callbackTasks(deps)]) jobs.every(name, job)
  hub.topic('alerts', alertsTopic(deps))
  hub.topic('texts', textsTopic(deps))
  hub.topic('offer', offerTopic(deps))
  hub.topic('numbers', numbersTopic(deps))
  const numberTelephony: NumberTelephony = phone.numberTelephony
  const numberWatchdog = createNumberWatchdog({
    ...{ ...deps, numberTelephony, textTelephony: phone.textTelephony },
    soundOf: soundFiles.soundOf,
  })
  jobs.every('check our numbers', () => numberWatchdog.tick())
  jobs.every('forget old checks', () => forgetOldChecks(deps))
  hub.topic('board', boardTopic({ ...deps, isTelephonyConnected: phone.isConnected }))

  const diskFolders = [config.dataFolder, config.spoolFolder]
  const machineWatch = watchMachine({
    ...{ db, log, jobs, diskFolders },
    instance: config.instance,
    isTelephonyConnected: phone.isConnected,
  })
  const readinessParts: ReadinessPart[] = [
    { name: 'database', check: () => ({ isOk: databaseWatch.isUp() }) },
    { name: 'live', check: () => ({ isOk: live.isConnected() }) },
    { name: 'disk', check: () => diskReadiness(diskFolders) },
    { name: 'heartbeat', check: () => jobs.readiness() },
    { name: 'dispatcher', check: () => wakerReadiness(dispatcher) },
    ...phone.readinessParts,
  ]

  live.onChange((change) => hub.change(change))
  live.onChange(({ topic }) => WAKE_DISPATCHER.has(topic) && dispatcher.wake())
  live.onChange(({ topic, id }) => topic === KEY_DESTROYED && cipher.forget(id))
  live.onChange(
    ({ topic }) =>
      topic === CLOCK_CHANGED && void clock.reload().then(dispatcher.wake, (error: unknown) => onError(error, 'clock not reloaded')),
  )
  live.onChange(({ topic }) => topic === PROMPT_CHANGED && void soundFiles.sync())
  live.onChange(
    ({ topic }) => topic === NUMBER_DUE && void numberWatchdog.tick().catch((error: unknown) => onError(error, 'numbers not checked')),
  )
  live.onGap(() => {
    dispatcher.wake()
    void soundFiles.sync()
    cipher.forgetAll()
    hub.resync().catch((error: unknown) => onError(error, 'live topics not read again'))
    clock.reload().catch((error: unknown) => onError(error, 'clock not reloaded'))
  })

  return {
    config,
    log,
    clock,
    metrics,
    db,
    databaseWatch,
    cipher,
    live,
    hub,
    jobs,
    callbackTelephony,
    agentTelephony: phone.agentTelephony,
    textTelephony: phone.textTelephony,
    promptTelephony: phone.promptTelephony,
    trunkTelephony: phone.trunkTelephony,
    rosterImports,
    ownTexts,
    numberWatchdog,
    readinessParts,
    async start() {
      await databaseWatch.probe()
      await live.start()
      soundFiles.start()
      // Before any call is taken up: whoever acts in this one's place, as it was dead, has to be done.
      await place.start()
      await phone.start()
      await alive.start()
      jobs.start()
      dispatcher.wake()
      sealer.start()
      machineWatch.start()
    },
    async drain(drainMs) {
      await dispatcher.stop()
      await numberWatchdog.stop()
      await phone.stop({ drainMs })
    },
    async stop() {
      await machineWatch.stop()
      await dispatcher.stop()
      await rosterImports.stop()
      await numberWatchdog.stop()
      await jobs.stop()
      await soundFiles.stop()
      await alive.stop()
      await place.stop()
      await sealer.stop()
      await live.stop()
      databaseWatch.stop()
      await db.destroy()
    },
  }
}

/** After these something may be due, or somebody free. */
const WAKE_DISPATCHER = new Set<LiveTopic>([CALLBACK_CHANGED, CALLBACKS_PLANNED, AGENT_CHANGED, COUNTRY_CHANGED, OFFER_CHANGED])

/** Keys and data must fit before anything is built on them; else nothing is left open. */
async function checkData<T>(db: DbPool, keyRing: KeyRing, openClock: () => T | Promise<T>): Promise<T> {
  try {
    await assertMasterKeys(db, keyRing)
    return await openClock()
  } catch (error) {
    await db.destroy()
    throw error
  }
}
