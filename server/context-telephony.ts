/** The phone side, constructed: a file of its own beside context.ts because it is where domains and telephony meet. */
import path from 'node:path'
import { Gauge } from 'prom-client'
import { type Config, readSecret } from './config.ts'
import { raiseAlert, resolveAlert } from './domains/alerts/service.ts'
import { AGENT_CHANGED, holdForCall, listPhones, phoneReachable, releaseFromCall } from './domains/agents/service.ts'
import {
  askCallback,
  attemptAnswered,
  attemptConnected,
  attemptEnded,
  ATTEMPT_CALLED_OFF,
  attemptRang,
  conversationBegan,
  mayStillRing,
  type DiallingDeps,
  interpreterLeft,
  nextTrunk,
  recordMissedCall,
} from './domains/callbacks/service.ts'
import {
  endCall,
  findCalls,
  findTakenFrom,
  listOpenCalls,
  takeOverCalls,
  recordArrived,
  recordStep,
  saveFlowState,
} from './domains/calls/service.ts'
import { COUNTRY_CHANGED, loadLineFacts } from './domains/countries/service.ts'
import { checkPin, newPin, reservePins } from './domains/pins/service.ts'
import { noteMissing } from './domains/prompts/service.ts'
import { findLanguageOfNumber } from './domains/workers/service.ts'
import { ingestVoicemail, recordContact, recordPinEntered } from './domains/voicemails/service.ts'
import type { CallbackTelephony, TrunkTelephony } from './domains/callbacks/ports.ts'
import type { TextTelephony } from './domains/texts/ports.ts'
import { recogniseCall } from './domains/watchdog/service.ts'
import { claimText, ingestText, msUntilDue, recordSendResult, TEXT_QUEUED, type TextDeps } from './domains/texts/service.ts'
import { deriveKey } from './platform/crypto/key-files.ts'
import { inTransaction } from './platform/db/transaction.ts'
import { roomIn } from './platform/disk.ts'
import { listSilent } from './platform/db/instances.ts'
import type { Place } from './platform/db/place.ts'
import type { DatabaseWatch } from './platform/db/watch.ts'
import type { ReadinessPart } from './platform/http/health.ts'
import type { Metrics } from './platform/http/metrics.ts'
import type { LiveListener } from './platform/live/listener.ts'
import type { Log } from './platform/log.ts'
import { createAriLink } from './telephony/ari/link.ts'
import { createHangUp } from './telephony/runtime/hang-up.ts'
import type { TelephonyServices } from './telephony/runtime/ports.ts'
import { createHttpGateway } from './telephony/text/http-gateway.ts'
import { createTextSender } from './telephony/text/sender.ts'
import { askCarrier } from './telephony/probe/probe.ts'
import { monotonicMs, systemClock } from './platform/time/clock.ts'
import { ariNames, createTelephony, type Telephony } from './telephony/runtime/telephony.ts'

export type PhoneSide = Omit<Telephony, 'callbackTelephony' | 'hangUpHere'> & {
  callbackTelephony: CallbackTelephony
  trunkTelephony: TrunkTelephony
  textTelephony: TextTelephony
  isConnected: () => boolean
  readinessParts: ReadinessPart[]
}

export type PhoneSideOptions = {
  config: Config
  log: Log
  /** What the domains' services need; the callbacks' orders come back to this phone side. */
  deps: DiallingDeps & TextDeps
  /** Seals what waits on disk while the database is away. */
  blindIndexKey: Buffer
  live: LiveListener
  databaseWatch: DatabaseWatch
  /** This process' among those that share the database. */
  place: Place
  metrics: Metrics
  /** The connection to Asterisk came or went. */
  onConnection: () => void
  /** A caller missed a sound: whatever can be put back is. */
  mendSounds: () => void
  /** Another process runs under our instance's name. */
  onReplaced: () => void
}

/** Not started. @throws BadConfig when the ARI password or the journal key cannot be read */
export async function createPhoneSide(options: PhoneSideOptions): Promise<PhoneSide> {
  const { config, log, deps, live, databaseWatch } = options
  const { instance, ari, keys, dataFolder, sip } = config
  const link = createAriLink({ url: ari.url, user: ari.user, password: readSecret(ari.passwordFile), ...ariNames(instance), log })
  const telephony = await createTelephony({
    link,
    instance,
    services: servicesFor(deps, options),
    log,
    clock: deps.clock,
    journal: { folder: path.join(dataFolder, 'journal'), key: deriveKey(options.blindIndexKey, 'telephony-journal') },
    dialplanJournalKey: readSecret(keys.journalKeyFile),
    soundsFolder: path.join(dataFolder, 'sounds'),
    statusFolder: path.join(dataFolder, 'status-spool'),
    makePin: newPin,
    sipBind: sip.bind,
    spareBytes: async () => (await roomIn([config.spoolFolder])).spareBytes,
    onReplaced: options.onReplaced,
  })
  link.on('connected', options.onConnection)
  link.on('disconnected', options.onConnection)
  live.onChange(({ topic }) => topic === COUNTRY_CHANGED && telephony.refreshFacts())
  live.onChange(({ topic }) => topic === AGENT_CHANGED && telephony.agentsChanged())
  live.onChange(({ topic, id }) => topic === ATTEMPT_CALLED_OFF && telephony.hangUpHere(id))
  live.onGap(() => telephony.refreshFacts())
  databaseWatch.onChange((isUp) => isUp && telephony.databaseIsBack())
  exportFigures(options.metrics, telephony)
  const sender = createTextSender({
    commands: link.commands,
    http: createHttpGateway(() => systemClock.now()),
    services: {
      claimText: (busyGatewayIds) => claimText(deps, busyGatewayIds),
      msUntilDue: (busyGatewayIds) => msUntilDue(deps, busyGatewayIds),
      recordSendResult: (order, result) => recordSendResult(deps, order, result),
    },
    log,
  })
  live.onChange(({ topic }) => topic === TEXT_QUEUED && sender.wake())
  live.onGap(sender.wake)
  link.on('connected', sender.wake)
  databaseWatch.onChange((isUp) => isUp && sender.wake())
  return {
    ...telephony,
    callbackTelephony: {
      ...telephony.callbackTelephony,
      hangUpCall: createHangUp({ db: deps.db, live, hangUpHere: telephony.hangUpHere }),
      trunkState: telephony.trunkState,
    },
    textTelephony: { sendText: sender.sendText },
    trunkTelephony: { askCarrier: (question) => askCarrier(question, monotonicMs), trunkState: telephony.trunkState },
    stop: async (stopping) => {
      await sender.stop()
      await telephony.stop(stopping)
    },
    isConnected: () => link.state === 'connected',
    readinessParts: [
      { name: 'ari', check: () => telephony.readiness().ari },
      { name: 'lines', check: () => telephony.readiness().lines },
    ],
  }
}

type OfThisProcess = Pick<PhoneSideOptions, 'mendSounds' | 'place' | 'config'>

function servicesFor(deps: DiallingDeps & TextDeps, own: OfThisProcess): TelephonyServices {
  const { instance } = own.config
  return {
    inOneTransaction: (work) => inTransaction(deps.db, (tx) => work(servicesFor({ ...deps, db: tx }, own))),
    alerts: {
      raise: (alert) => inTransaction(deps.db, (tx) => raiseAlert(tx, alert)),
      resolve: (name) => inTransaction(deps.db, (tx) => resolveAlert(tx, name)),
    },
    prompts: {
      soundMissing: async (missing) => {
        await noteMissing(deps, missing)
        own.mendSounds()
      },
    },
    countries: { loadLineFacts: () => loadLineFacts(deps) },
    calls: {
      recordArrived: (call) => recordArrived(deps, call),
      recordStep: (step) => recordStep(deps, step),
      saveFlowState: (callId, state) => saveFlowState(deps, callId, state),
      endCall: (end) => endCall(deps, end),
      listOpenCalls: (instance) => listOpenCalls(deps, instance),
      takeOverCalls: ({ from, at }) => takeOverCalls(deps, { from, to: instance, at }),
      findTaken: (callIds) => findTakenFrom(deps, instance, callIds),
      findCalls: (callIds) => findCalls(deps, callIds),
    },
    others: { listSilent: () => listSilent(deps.db, instance), inPlaceOf: own.place.inPlaceOf },
    texts: { ingestText: (text) => ingestText(deps, text) },
    voicemails: {
      ingestVoicemail: (voicemail) => ingestVoicemail(deps, voicemail),
      recordContact: (contact) => recordContact(deps, contact),
      recordPinEntered: (entered) => recordPinEntered(deps, entered),
    },
    pins: {
      reservePins: (count) => reservePins(deps, count),
      checkPin: (entered) => checkPin(deps, entered),
    },
    callbacks: {
      recordMissedCall: (missed) => recordMissedCall(deps, missed),
      askCallback: (asked) => askCallback(deps, asked),
      conversationBegan: (began) => conversationBegan(deps, began),
      mayStillRing: (attemptId) => mayStillRing(deps, attemptId),
      nextTrunk: (attemptId, failed) => nextTrunk(deps, attemptId, failed),
      attemptRang: (attemptId, at) => attemptRang(deps, attemptId, at),
      attemptAnswered: (attemptId, at) => attemptAnswered(deps, attemptId, at),
      attemptConnected: (attemptId, at) => attemptConnected(deps, attemptId, at),
      interpreterLeft: (attemptId) => interpreterLeft(deps, attemptId),
      attemptEnded: (attemptId, end) => attemptEnded(deps, attemptId, end),
    },
    numbers: { recogniseCall: (came) => recogniseCall(deps, came) },
    workers: { findLanguageOfNumber: (caller) => findLanguageOfNumber(deps, caller) },
    agents: {
      listPhones: () => listPhones(deps),
      phoneReachable: (phone) => phoneReachable(deps, phone),
      holdForCall: (wish) => holdForCall(deps, wish),
      releaseFromCall: (release) => releaseFromCall(deps, release),
    },
  }
}

/** One gauge with a label for each figure, read when asked for. */
function exportFigures(metrics: Metrics, telephony: Telephony): void {
  new Gauge({
    name: 'ringback_telephony',
    help: 'Figures of the phone side, by name',
    labelNames: ['figure'],
    registers: [metrics.registry],
    collect() {
      for (const [figure, value] of Object.entries(telephony.metrics())) this.set({ figure }, value)
    },
  })
}
