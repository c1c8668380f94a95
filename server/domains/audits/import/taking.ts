/** Some hundred rows at a time: what is on the list already, what is added, each part in a transaction of its own. */
import type { FieldCipher } from '../../../platform/crypto/field-cipher.ts'
import type { Db, DbPool, Tx } from '../../../platform/db/db.ts'
import { inTransaction } from '../../../platform/db/transaction.ts'
import type { Scope } from '../../../platform/http/policy.ts'
import { record } from '../../activity-log/service.ts'
import { addRosterWorkers, findKnownNumbers } from '../../workers/service.ts'
import { lockOpenAudit } from '../access.ts'
import type { ImportProblem } from '../contract.ts'
import * as queries from './queries.ts'
import type { CheckedRow } from './row-rules.ts'

export type TakingDeps = { db: DbPool; cipher: FieldCipher }
/** @property key of the line, the same whenever the file is imported again */
export type KeyedRow = CheckedRow & { key: Buffer }
export type Taken = { added: number; known: number; problems: ImportProblem[] }

/**
 * Gives each row its key, some rows at a time. Rows alike in number and alias are told apart by their order, so that two nameless
 * workers of one phone are two, again and again.
 */
export function createKeyer({ cipher }: Pick<TakingDeps, 'cipher'>, auditId: string): (rows: readonly CheckedRow[]) => KeyedRow[] {
  const seen = new Map<string, number>()
  return (rows) =>
    rows.map((row) => {
      const same = JSON.stringify([auditId, row.line.e164, row.line.alias ?? ''])
      const nth = (seen.get(same) ?? 0) + 1
      seen.set(same, nth)
      return { ...row, key: cipher.blindIndex('roster-line', `${same}\0${nth}`) }
    })
}

/** What would be added. Nothing is written. */
export async function tryRows({ db, cipher }: TakingDeps, auditId: string, rows: readonly KeyedRow[]): Promise<Taken> {
  const { fresh, ...taken } = await sorted(db, { cipher }, auditId, rows)
  return { ...taken, added: fresh.length }
}

/** Puts the rows on the list that are not there. The visit is locked meanwhile. @throws AuditClosed, AuditNotFound */
export function takeRows(
  deps: TakingDeps,
  actor: Scope,
  { auditId, importId }: { auditId: string; importId: string },
  rows: readonly KeyedRow[],
): Promise<Taken> {
  return inTransaction(deps.db, async (tx) => {
    const { countryId, factoryId } = await lockOpenAudit(tx, actor, auditId)
    const { fresh, ...taken } = await sorted(tx, deps, auditId, rows)
    const workers = fresh.map(({ line }) => line)
    const workerIds = await addRosterWorkers(deps, tx, { countryId, factoryId }, workers)
    await queries.insertLines(
      tx,
      auditId,
      fresh.map((row, at) => toLine(row, workerIds[at]!)),
    )
    await noteAdded(tx, actor, { auditId, importId, added: fresh.length })
    return { ...taken, added: fresh.length }
  })
}

async function sorted(db: Db, deps: Pick<TakingDeps, 'cipher'>, auditId: string, rows: readonly KeyedRow[]) {
  const known = await queries.listKnownKeys(
    db,
    auditId,
    rows.map(({ key }) => key),
  )
  const rest = rows.filter(({ key }) => !known.has(key.toString('hex')))
  const numbers = await findKnownNumbers(
    deps,
    db,
    rest.map(({ line }) => line.e164),
  )
  const onList = await queries.listNumbersOnList(db, auditId, [...numbers.values()])
  const isTwice = ({ line }: KeyedRow) => !line.isSharedPhone && onList.has(numbers.get(line.e164) ?? '')
  return {
    fresh: rest.filter((row) => !isTwice(row)),
    known: rows.length - rest.length,
    problems: rest.filter(isTwice).map(({ row }) => numberOnList(row)),
  }
}

const numberOnList = (row: number): ImportProblem => ({
  ...{ row, column: null, field: 'phone', code: 'number-on-list' },
  message: 'This number is on the list already. Write yes under “shared phone” if it is another worker’s, else leave this row out.',
})

function toLine({ line, key }: KeyedRow, workerId: string): queries.ImportedLine {
  const { slot, isSharedPhone, consentMode, mayShowCardNumber } = line
  return { workerId, slot, isSharedPhone, consentMode, mayShowCardNumber, importKey: key }
}

async function noteAdded(
  tx: Tx,
  { userId }: Scope,
  { auditId, importId, added }: { auditId: string; importId: string; added: number },
): Promise<void> {
  if (!added) return
  const about = { subjectKind: 'audit', subjectId: auditId, detail: { importId, added } }
  await record(tx, { actorUserId: userId, action: 'interview.imported', ...about })
}
