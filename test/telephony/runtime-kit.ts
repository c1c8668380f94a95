/**
 * The runtime under test: real code from Asterisk's events to the domains' services, with a fake ARI at one end, services in
 * memory at the other, and time that the test moves.
 */
import { createCipheriv, randomBytes } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CallOrder } from '../../server/domains/callbacks/ports.ts'
import { createAriLink } from '../../server/telephony/ari/link.ts'
import { ariNames, createTelephony, type Telephony } from '../../server/telephony/runtime/telephony.ts'
import type { StartTimer } from '../../server/telephony/runtime/timers.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { vi } from 'vitest'
import { startFakeAri, type FakeAri } from '../helpers/fake-ari/index.ts'
import { CALLBACK_BANGLADESH, MemoryDomains } from './runtime-domains.ts'

export const NOW = new Date('2026-12-01T04:00:00.000Z')
export const DIALPLAN_KEY = 'abcdefghijklmnop'

export type Runtime = {
  ari: FakeAri
  domains: MemoryDomains
  telephony: Telephony
  timers: ManualTimers
  folder: string
  logged: string[]
  /** Resolves when so many log lines begin so, past or future. */
  until(line: string, count?: number): Promise<void>
  /** Resolves when so many facts wait on disk. */
  journaled(count: number): Promise<void>
  /** Lets second after second pass until it fits. */
  secondsUntil(fits: () => boolean): Promise<void>
  /** As `kill -9` and a new start: nothing is drained or flushed, only what is on disk or in the domains is left. */
  restart(options?: { meanwhile?: () => void }): Promise<void>
  /** Bytes that may be filled with messages; plenty unless a test says otherwise, NaN when nobody can say. */
  spareBytes: number
  stop(): Promise<void>
}

export type RuntimeWishes = { ari?: FakeAri; domains?: MemoryDomains; isConnected?: boolean }

/** Started and connected, unless told otherwise. */
export async function startRuntime({
  ari: given,
  domains = new MemoryDomains(),
  isConnected = true,
}: RuntimeWishes = {}): Promise<Runtime> {
  const ari = given ?? (await startFakeAri())
  const folder = await mkdtemp(join(tmpdir(), 'ringback-runtime-'))
  const journalKey = randomBytes(32)
  const logged: string[] = []
  const room = { spareBytes: Infinity }
  const wasLogged = new EventEmitter().setMaxListeners(0)
  const note = (fields: object, message: string) => {
    logged.push(`${message} ${JSON.stringify(fields, errorsAsText)}`)
    wasLogged.emit('line')
  }
  const log = { info: note, warn: note, error: note }

  const launch = async () => {
    const timers = manualTimers()
    const timing = { commandDeadlineMs: 1500, recordDeadlineMs: 3000, pingEveryMs: 1000, firstRetryMs: 10, longestRetryMs: 50 }
    const link = createAriLink({ url: ari.url, user: ari.user, password: ari.password, ...ariNames('1'), log, timing })
    const telephony = await createTelephony({
      ...{
        link,
        instance: '1',
        services: domains.servicesOfNewProcess(),
        log,
        clock: fixedClock(NOW),
        soundsFolder: '/sounds',
        canPlay: (path: string) => Promise.resolve(!domains.missingSounds.has(path)),
        sipBind: '127.0.0.1',
        statusFolder: join(folder, 'status-spool'),
        makePin: () => '9999999999',
        spareBytes: () => (Number.isNaN(room.spareBytes) ? Promise.reject(new Error('no such disk')) : Promise.resolve(room.spareBytes)),
      },
      journal: { folder: join(folder, 'journal'), key: journalKey },
      dialplanJournalKey: DIALPLAN_KEY,
      onReplaced: () => {},
      startTimer: timers.start,
    })
    const connected = new Promise<void>((resolve) => link.on('connected', () => resolve()))
    await telephony.start()
    if (isConnected) await connected
    return { timers, telephony, link }
  }
  let running = await launch()

  return {
    ...{ ari, domains, folder, logged },
    until: async (line, count = 1) => {
      while (logged.filter((each) => each.startsWith(line)).length < count) await once(wasLogged, 'line')
    },
    journaled: async (count) => {
      await vi.waitUntil(() => (running.telephony.metrics()['writesWaiting'] ?? 0) >= count, 10_000)
      // In memory is not on the disk: whoever is killed now has only the latter.
      await vi.waitUntil(async () => (await linesIn(join(folder, 'journal'))) >= count, 10_000)
    },
    secondsUntil: async (fits) => {
      await vi.waitUntil(() => fits() || running.timers.advance(1000), 10_000)
    },
    get telephony() {
      return running.telephony
    },
    get spareBytes() {
      return room.spareBytes
    },
    set spareBytes(bytes) {
      room.spareBytes = bytes
    },
    get timers() {
      return running.timers
    },
    restart: async ({ meanwhile = () => {} } = {}) => {
      // Whatever the old process still does is not heard by anybody: its link is down and its time stands still.
      running.timers.clear()
      await running.link.stop()
      meanwhile()
      running = await launch()
    },
    stop: async () => {
      await running.telephony.stop({ drainMs: 0 })
      await ari.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function linesIn(journal: string): Promise<number> {
  const names = (await readdir(journal)).filter((name) => name.endsWith('.journal'))
  const texts = await Promise.all(names.map((name) => readFile(join(journal, name), 'utf8')))
  return texts.join('').split('\n').length - 1
}

export type ManualTimers = {
  start: StartTimer
  /** Resolves when a timer of one of these lengths is running. */
  running(...lengthsMs: number[]): Promise<void>
  advance(ms: number): void
  clear(): void
}

/** Timers that fire when the test says that time has passed, in the order they are due. */
export function manualTimers(): ManualTimers {
  let elapsed = 0
  let timers: { ms: number; at: number; fire: () => void }[] = []
  const started = new EventEmitter().setMaxListeners(0)
  return {
    running: async (...lengthsMs) => {
      while (!timers.some(({ ms }) => lengthsMs.includes(ms))) await once(started, 'timer')
    },
    start: (ms, fire) => {
      // What is to be done at once needs no clock.
      if (ms === 0) {
        const immediate = setImmediate(fire)
        return () => clearImmediate(immediate)
      }
      const timer = { ms, at: elapsed + ms, fire }
      timers.push(timer)
      started.emit('timer')
      return () => void (timers = timers.filter((each) => each !== timer))
    },
    advance: (ms) => {
      const end = elapsed + ms
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
        if (!next) break
        elapsed = next.at
        timers = timers.filter((each) => each !== next)
        next.fire()
      }
      elapsed = end
    },
    clear: () => void (timers = []),
  }
}

/** A worker's call as the dialplan hands it over. */
export function inboundCall(did: string, channelId = '1763938865.42', callerNumber = '+8801712345678') {
  const entry = `1763938865_${channelId.replace('.', '-')}`
  return { id: channelId, callerNumber, args: ['inbound', did, entry], variables: { RB_DID: did } }
}

export function orderFor(attemptId: string, more: Partial<CallOrder> = {}): CallOrder {
  return {
    attemptId,
    callbackId: '00000000-0000-7000-8000-0000000000cb',
    reference: 'CB-1001',
    countryId: 'BD',
    languageCode: 'bn',
    agentUserId: '00000000-0000-7000-8000-0000000000a1',
    agentSipUser: 'agent-ab12',
    interpreterSipUser: null,
    trunkId: 'bd-1',
    callerDid: CALLBACK_BANGLADESH,
    workerE164: '+8801712345678',
    ringTimeoutSeconds: 30,
    maxCallSeconds: 3600,
    detectsMachines: false,
    ...more,
  }
}

/** 16-bit 8 kHz mono, as Asterisk records it. @param level every sample's: as loud as a voice if not given */
export function wavOf(seconds: number, level = 1799): Buffer<ArrayBuffer> {
  const dataBytes = Math.round(seconds * 16_000)
  const sample = Buffer.alloc(2)
  sample.writeInt16LE(level)
  const wav = Buffer.alloc(44 + dataBytes, sample)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(36 + dataBytes, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(1, 20)
  wav.writeUInt16LE(1, 22)
  wav.writeUInt32LE(8000, 24)
  wav.writeUInt32LE(16_000, 28)
  wav.writeUInt16LE(2, 32)
  wav.writeUInt16LE(16, 34)
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(dataBytes, 40)
  return wav
}

/** A line of the dialplan's journal, made as the dialplan makes it. */
export const dialplanEntry = (callerNumber: string, did: string) => spooledLine(`${callerNumber}|${did}`)

/** A text as the dialplan writes it down. */
export function dialplanText({
  did,
  from,
  callId,
  body,
}: {
  did: string
  from: string
  callId: string
  body: string
}): Buffer<ArrayBuffer> {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  return spooledLine([did, base64(from), base64(callId), String(Buffer.byteLength(body)), base64(`=${body}`)].join('|'))
}

function spooledLine(plain: string): Buffer<ArrayBuffer> {
  const nonce = '1234567890123456'
  const encrypt = (key: string, text: string) => {
    const padded = Buffer.alloc(Math.ceil(text.length / 16) * 16)
    padded.write(text, 'latin1')
    return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(padded).toString('base64')
  }
  return Buffer.from(`${nonce}${encrypt(encrypt(DIALPLAN_KEY, nonce).slice(0, 16), plain)}\n`)
}

const errorsAsText = (_key: string, value: unknown) => (value instanceof Error ? value.message : value)
