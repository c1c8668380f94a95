/** One check from claim to verdict. Written down and committed before anything is dialled or sent; nothing slow in a transaction. */
import { randomBytes, randomInt, randomUUID } from 'node:crypto'
import { setImmediate as breathe } from 'node:timers/promises'
import { correlate } from '../../platform/audio/correlate.ts'
import { isSilent, likeness, SAME_SENTENCE } from '../../platform/audio/likeness.ts'
import { decodeWav, WavNotUsable } from '../../platform/audio/wav.ts'
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { trunkUse } from '../callbacks/service.ts'
import { checkTrunk, getCountryFacts, type LineFacts, loadLineFacts } from '../countries/service.ts'
import { sendToOurselves } from '../texts/service.ts'
import type { LineKind } from './contract.ts'
import type { RunnerDeps } from './deps.ts'
import { finishCheck, type OpenCheck } from './finishing.ts'
import type { HeardCall } from './ports.ts'
import * as queries from './queries.ts'
import { endExpired } from './recognising.ts'
import {
  CALL_LEASE_MS,
  type CallResult,
  checkText,
  type Expectation,
  expectationOf,
  judgeCall,
  type Judgement,
  TEXT_LEASE_MS,
} from './rules.ts'

/** Numbers one look takes on; what is left is due at the next. */
const AT_ONCE = 4
/** What a call may take to become loud: the carrier's answer, and the first packet. */
const LEAD_SECONDS = 4
const LONGEST_LISTEN_SECONDS = 14

export type NumberWatchdog = {
  /** Claims what is due and begins it. Resolves when all of it is claimed; `idle` when it is done. */
  tick(): Promise<void>
  idle(): Promise<void>
  /** Begins nothing more and waits for what goes on. */
  stop(): Promise<void>
}

type Check = OpenCheck & { way: 'trunk' | 'loop'; token: string; trunkId: string; did: string; expected: Expectation }

export function createNumberWatchdog(deps: RunnerDeps): NumberWatchdog {
  const running = new Set<Promise<void>>()
  let isStopped = false

  const begin = (check: Check) => {
    const work = run(deps, check).catch((error: unknown) => {
      // Its lease ends it; the number is looked at again.
      deps.log.error({ err: error, checkId: check.id }, 'a check of a number failed')
    })
    running.add(work)
    void work.finally(() => running.delete(work))
  }
  return {
    async tick() {
      if (isStopped) return
      await queries.addMissing(deps.db)
      await endExpired(deps.db)
      for (const check of await claim(deps)) begin(check)
    },
    idle: async () => void (await Promise.all(running)),
    async stop() {
      isStopped = true
      await Promise.all(running)
    },
  }
}

async function claim({ db }: RunnerDeps): Promise<Check[]> {
  const lines = [...(await loadLineFacts({ db })).values()]
  return inTransaction(db, async (tx) => {
    const checks: Check[] = []
    for (const watch of await queries.claimDue(tx, AT_ONCE)) {
      const line = lines.find(({ countryId, kind }) => countryId === watch.countryId && kind === watch.lineKind)
      if (!line) continue
      if (watch.callWay !== 'off') checks.push(await write(tx, line, watch, { kind: 'call', way: watch.callWay as Check['way'] }))
      if (watch.textWay !== 'off') checks.push(await write(tx, line, watch, { kind: 'text', way: watch.textWay as Check['way'] }))
    }
    return checks
  })
}

async function write(tx: Tx, line: LineFacts, watch: queries.WatchRow, { kind, way }: Pick<Check, 'kind' | 'way'>): Promise<Check> {
  const expected = expectationOf(line)
  const check: Check = {
    id: randomUUID(),
    countryId: line.countryId,
    lineKind: line.kind as LineKind,
    ...{ kind, way, expected },
    trunkId: line.trunkId,
    did: line.did,
    token: kind === 'call' ? String(randomInt(10_000_000, 100_000_000)) : randomBytes(16).toString('hex'),
    expectedLanguageCode: kind === 'call' && expected.kind === 'speaks' ? expected.languageCode : null,
  }
  const { did: _, expected: __, ...row } = check
  const leaseMs = kind === 'call' ? CALL_LEASE_MS : TEXT_LEASE_MS
  await queries.insertCheck(tx, { ...row, requestedByUserId: watch.askedByUserId, leaseMs })
  return check
}

async function run(deps: RunnerDeps, check: Check): Promise<void> {
  if (check.kind === 'text') return runText(deps, check)
  const heard = await ring(deps, check)
  const judged = judgeCall(await resultOf(deps, check, heard), check.expected, SAME_SENTENCE)
  await inTransaction(deps.db, (tx) => finishCheck(tx, check, judged, heard.kind === 'heard' ? heard.answeredAfterMs : null))
  deps.log.info(
    { checkId: check.id, number: `${check.countryId}-${check.lineKind}`, way: check.way, verdict: judged.verdict },
    'number called',
  )
}

async function ring(deps: RunnerDeps, { id: checkId, ...check }: Check): Promise<HeardCall> {
  const { trunkId, lineKind, way, token, expected, countryId } = check
  if (way === 'trunk') {
    const allowed = await mayUseTrunk(deps, { trunkId, countryId, checkId })
    if (allowed.kind === 'refused') return { kind: 'not-made', reason: allowed.reason }
  }
  const sound = expected.kind === 'speaks' ? await deps.soundOf(expected.languageCode, expected.prompt) : undefined
  const seconds = sound ? samplesOf(sound).length / 8000 : 0
  const listenSeconds = Math.min(LONGEST_LISTEN_SECONDS, Math.ceil(seconds) + LEAD_SECONDS)
  return deps.numberTelephony.ringNumber({ checkId, trunkId, lineKind, way, token, listenSeconds })
}

/** The same caps as for calls to workers, whose calls it counts too. */
function mayUseTrunk({ db, clock }: RunnerDeps, { trunkId, countryId, checkId }: { trunkId: string; countryId: string; checkId: string }) {
  return inTransaction(db, (tx) => {
    const now = clock.now()
    const usage = async () => {
      const { timeZone } = (await getCountryFacts({ db: tx }, countryId)).hours
      const [attempts, checks] = await Promise.all([trunkUse(tx, { trunkId, timeZone }, now), queries.trunkUse(tx, trunkId, checkId)])
      return {
        callsNow: Number(attempts.callsNow) + checks.callsNow,
        callsLastHour: Number(attempts.callsLastHour) + checks.callsLastHour,
        minutesToday: attempts.minutesToday,
      }
    }
    return checkTrunk(tx, { trunkId, now, usage })
  })
}

async function resultOf(deps: RunnerDeps, check: Check, heard: HeardCall): Promise<CallResult> {
  if (heard.kind !== 'heard') return heard
  const samples = samplesOf(heard.wav)
  const isRecognised = (await queries.findCheck(deps.db, check.id))?.recognisedAt != null
  if (isSilent(samples)) return { kind: 'heard', isSilent: true, likeness: new Map(), isRecognised }
  return { kind: 'heard', isSilent: false, likeness: await likenessOf(deps, check.expected, samples), isRecognised }
}

/** All languages: a number that speaks somebody else's is to be told which. Once the right one is found, a quick look at the others. */
async function likenessOf(deps: RunnerDeps, expected: Expectation, heard: Int16Array): Promise<Map<string, number>> {
  const scores = new Map<string, number>()
  if (expected.kind === 'refuses') return scores
  const { languageCode: right, prompt } = expected
  const codes = await queries.listLanguageCodes(deps.db)
  for (const code of [right, ...codes.filter((each) => each !== right)]) {
    const sound = await deps.soundOf(code, prompt)
    if (!sound) continue
    const isFound = (scores.get(right) ?? 0) >= SAME_SENTENCE
    await breathe()
    scores.set(code, isFound ? correlate(heard, samplesOf(sound)).score : await likeness(heard, samplesOf(sound)))
  }
  return scores
}

/** None of what is no sound at all: a recording that has not begun is silence. */
function samplesOf(wav: Uint8Array): Int16Array {
  try {
    return decodeWav(wav)
  } catch (error) {
    if (!(error instanceof WavNotUsable)) throw error
    return new Int16Array(0)
  }
}

/** The end of a text is its arrival, or its lease. */
async function runText(deps: RunnerDeps, check: Check): Promise<void> {
  const trouble = await sendText(deps, check)
  if (trouble === undefined) return
  const judged: Judgement = { ...trouble, heardLanguageCode: null }
  await inTransaction(deps.db, (tx) => finishCheck(tx, check, judged))
}

/** @returns what went wrong at once */
async function sendText(deps: RunnerDeps, { id: checkId, ...check }: Check): Promise<Pick<Judgement, 'verdict' | 'detail'> | undefined> {
  const { trunkId, lineKind, did, token, way } = check
  const body = checkText(token)
  if (way === 'loop') {
    const isTaken = await deps.numberTelephony.loopText({ checkId, trunkId, lineKind, body })
    return isTaken ? undefined : { verdict: 'not-made', detail: 'Asterisk is away.' }
  }
  const { via, result } = await sendToOurselves(deps, { did, body })
  if (result.kind === 'handed-over' || result.kind === 'uncertain') return undefined
  // The gateway's own refusal is news of the number; that Asterisk is away is on the board by itself.
  return { verdict: via === 'http' ? 'lost' : 'not-made', detail: result.trouble }
}
