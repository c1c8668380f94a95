/**
 * What workers said is erased when their programme's term is over: announced first, a week later done, by destroying the keys, so that
 * backups forget it too. Whoever still waits for something from us is kept.
 */
import { randomBytes } from 'node:crypto'
import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Scope } from '../../platform/http/policy.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { record } from '../activity-log/service.ts'
import type { RetentionReport } from './contract.ts'
import * as queries from './queries.ts'
import { CALLER_MONTHS, eraseAfter, NOTICE_DAYS } from './rules.ts'

export type RetentionDeps = { db: Db; cipher: FieldCipher; clock: Clock }

const NIGHTS_SHOWN = 14
const AT_A_TIME = 100

/** Who is announced, by client, and what the last nights did. Supervisors see their countries. */
export async function getRetention({ db }: Pick<RetentionDeps, 'db'>, { role, countryIds }: Scope): Promise<RetentionReport> {
  const rows = await queries.listAnnounced(db, role === 'administrator' ? undefined : countryIds)
  return {
    ...{ noticeDays: NOTICE_DAYS, callerMonths: CALLER_MONTHS },
    rows: rows.map(({ eraseAfter: at, ...row }) => ({ ...row, eraseAfter: at.toISOString() })),
    nights: await queries.listNights(db, NIGHTS_SHOWN),
  }
}

/**
 * The night's work, once a day of the product's clock (UTC) however often and in however many processes it is called: announces whoever
 * has become due, takes back what holds no more, erases whose notice is over. Killed half-way it goes on with the next call.
 */
export async function keepRetention(deps: RetentionDeps): Promise<void> {
  const now = deps.clock.now()
  const day = now.toISOString().slice(0, 10)
  const isOurs = await inTransaction(deps.db, async (tx) => {
    if (!(await queries.claimNight(tx, day))) return false
    const withdrawn = await queries.withdrawAnnounced(tx, now)
    const announced = await queries.announceDue(tx, now, eraseAfter(now))
    await queries.addToNight(tx, day, { announced, withdrawn })
    if (announced || withdrawn)
      await record(tx, {
        actorUserId: null,
        action: 'retention.announced',
        subjectKind: 'retention',
        subjectId: day,
        detail: { announced, withdrawn },
      })
    return true
  })
  if (!isOurs) return
  await inBatches(
    () => queries.listRipe(deps.db, now, AT_A_TIME),
    (id) => erase(deps, id, { now, day }),
  )
  await inBatches(
    () => queries.listNobodysTexts(deps.db, now, AT_A_TIME),
    (id) => eraseNobodysTexts(deps, id, now),
  )
  await queries.finishNight(deps.db, day, now)
}

/** Until nothing of a batch was erased: what is left of it is due no more, or another process has it. */
async function inBatches(list: () => Promise<string[]>, eraseOne: (id: string) => Promise<boolean>): Promise<void> {
  for (;;) {
    let erased = 0
    for (const id of await list()) if (await eraseOne(id)) erased += 1
    if (erased === 0) return
  }
}

/** Of a sender nobody knows: their term is nobody's to set, so they are not announced. @returns false when they are not to go any more */
function eraseNobodysTexts({ db, cipher }: RetentionDeps, conversationId: string, now: Date): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const keys = await queries.deleteNobodysTexts(tx, conversationId, now)
    for (const keyId of keys) await cipher.destroyKey(tx, keyId)
    if (keys.length) {
      const detail = { texts: keys.length }
      await record(tx, { actorUserId: null, action: 'texts.erased', subjectKind: 'text-conversation', subjectId: conversationId, detail })
    }
    return keys.length > 0
  })
}

/** @returns false when they are due no more */
function erase({ db, cipher }: RetentionDeps, workerId: string, { now, day }: { now: Date; day: string }): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    const worker = await queries.lockRipe(tx, workerId, now)
    if (!worker) return false
    const keys = await queries.listKeysOf(tx, workerId)
    const gone = await queries.deleteWordsOf(tx, workerId)
    const numbers = await queries.listNumbersOf(tx, workerId)
    await queries.markErased(tx, workerId, now)
    for (const { id } of numbers) await queries.markNumberErased(tx, id, { now, index: randomBytes(32) })
    for (const keyId of [worker.dataKeyId, ...keys, ...numbers.map(({ dataKeyId }) => dataKeyId)]) await cipher.destroyKey(tx, keyId)
    await queries.addToNight(tx, day, { erased: 1 })
    const detail = { ...gone, numbers: numbers.length }
    await record(tx, { actorUserId: null, action: 'worker.erased', subjectKind: 'worker', subjectId: workerId, detail })
    return true
  })
}
