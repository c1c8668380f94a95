import { sql } from 'kysely'
import { anyOf } from '../../../platform/db/any-of.ts'
import type { Db, Tx } from '../../../platform/db/db.ts'
import type { Slot } from '../../callbacks/contract.ts'
import type { ImportProblem, ImportView } from '../contract.ts'

/** A process that died says nothing more. */
const hasStopped = sql<boolean>`roster_import.status = 'running' and roster_import.updated_at < clock_timestamp() - interval '1 minute'`

const imports = (db: Db) =>
  db
    .selectFrom('rosterImport')
    .select([
      ...(['id', 'auditId', 'isDryRun', 'rowsTotal', 'rowsDone', 'added', 'known', 'wrong', 'message', 'createdAt'] as const),
      sql<ImportView['status']>`case when ${hasStopped} then 'failed' else status end`.as('status'),
      sql<ImportProblem[]>`problems`.as('problems'),
    ])
export type ImportRow = NonNullable<Awaited<ReturnType<typeof findImport>>>

export function findImport(db: Db, id: string) {
  return imports(db).where('id', '=', id).executeTakeFirst()
}

/** Newest first, without trial runs. */
export function listImports(db: Db, auditId: string) {
  return imports(db).where('auditId', '=', auditId).where('isDryRun', '=', false).orderBy('createdAt', 'desc').limit(20).execute()
}

/** Ends those of this visit that died. @returns undefined when one is running */
export async function startImport(tx: Tx, row: { auditId: string; byUserId: string; isDryRun: boolean }): Promise<string | undefined> {
  await tx
    .updateTable('rosterImport')
    .set({ status: 'failed', endedAt: sql<Date>`clock_timestamp()` })
    .where('auditId', '=', row.auditId)
    .where(hasStopped)
    .execute()
  const started = await tx
    .insertInto('rosterImport')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return started?.id
}

export type ImportChange = Partial<{
  rowsTotal: number
  rowsDone: number
  added: number
  known: number
  wrong: number
  problems: readonly ImportProblem[]
  message: string
  status: 'done' | 'failed'
}>

export async function updateImport(db: Db, id: string, { problems, ...change }: ImportChange): Promise<void> {
  const ended = change.status === undefined ? {} : { endedAt: sql<Date>`clock_timestamp()` }
  await db
    .updateTable('rosterImport')
    .set({ ...change, ...ended, ...(problems && { problems: JSON.stringify(problems) }), updatedAt: sql<Date>`clock_timestamp()` })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .execute()
}

/** Of these lines, those of this visit that were imported before. @returns hex */
export async function listKnownKeys(db: Db, auditId: string, keys: readonly Buffer[]): Promise<Set<string>> {
  const { rows } = await sql<{ importKey: Buffer }>`
    select import_key from interview where audit_id = ${auditId} and import_key = any(${[...keys]}::bytea[])
  `.execute(db)
  return new Set(rows.map(({ importKey }) => importKey.toString('hex')))
}

/** Of these numbers, those on this visit's list. */
export async function listNumbersOnList(db: Db, auditId: string, phoneNumberIds: readonly string[]): Promise<Set<string>> {
  const rows = await db
    .selectFrom('interview')
    .innerJoin('worker', 'worker.id', 'interview.workerId')
    .select('worker.phoneNumberId')
    .where('interview.auditId', '=', auditId)
    .where('worker.phoneNumberId', '=', anyOf(phoneNumberIds))
    .execute()
  return new Set(rows.flatMap(({ phoneNumberId }) => phoneNumberId ?? []))
}

export type ImportedLine = {
  workerId: string
  slot: Slot
  isSharedPhone: boolean
  consentMode: 'spoken' | 'written'
  mayShowCardNumber: boolean
  importKey: Buffer
}

/** As arrays: see workers/roster-queries. */
export async function insertLines(tx: Tx, auditId: string, lines: readonly ImportedLine[]): Promise<void> {
  const column = <Name extends keyof ImportedLine>(name: Name) => lines.map((line) => line[name])
  const slots = lines.map(({ slot }) => JSON.stringify(slot))
  await sql`
    insert into interview (audit_id, worker_id, slot, is_shared_phone, consent_mode, may_show_card_number, import_key)
    select ${auditId}::uuid, worker_id, slot::jsonb, is_shared_phone, consent_mode, may_show_card_number, import_key
    from unnest(${column('workerId')}::uuid[], ${slots}::text[], ${column('isSharedPhone')}::boolean[], ${column('consentMode')}::text[],
      ${column('mayShowCardNumber')}::boolean[], ${column('importKey')}::bytea[])
      as made (worker_id, slot, is_shared_phone, consent_mode, may_show_card_number, import_key)
  `.execute(tx)
}
