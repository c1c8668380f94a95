import { sql } from 'kysely'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { beyond, exactly, type Position } from '../../platform/db/page.ts'

const columns = [
  'id',
  'kind',
  'subject',
  'severity',
  'message',
  'countryId',
  'isHappening',
  'times',
  'raisedAt',
  'lastRaisedAt',
  'acknowledgedAt',
  'acknowledgedByUserId',
  'resolvedAt',
  'closedAt',
] as const

const alerts = (db: Db) =>
  db
    .selectFrom('alert')
    .select([...columns, exactly('raisedAt').as('exactRaisedAt')])
    // Not a join: rows of an outer join cannot be locked.
    .select(({ selectFrom }) =>
      selectFrom('appUser').select('displayName').whereRef('appUser.id', '=', 'alert.acknowledgedByUserId').as('acknowledgedByName'),
    )
export type AlertRow = NonNullable<Awaited<ReturnType<typeof findAlert>>>
export type AlertName = { kind: string; subject: string }

export function findAlert(db: Db, id: string) {
  return alerts(db).where('id', '=', id).executeTakeFirst()
}

/** Of one kind, all that are open and not over. */
export function listOpenOfKind(db: Db, kind: string): Promise<{ subject: string; message: string }[]> {
  return db
    .selectFrom('alert')
    .select(['subject', 'message'])
    .where('kind', '=', kind)
    .where('closedAt', 'is', null)
    .where('resolvedAt', 'is', null)
    .execute()
}

export function lockAlert(tx: Tx, id: string): Promise<AlertRow | undefined> {
  return alerts(tx).where('id', '=', id).forUpdate().executeTakeFirst()
}

/** The open one of that kind and subject, locked until the transaction ends. */
export function lockOpen(tx: Tx, { kind, subject }: AlertName): Promise<AlertRow | undefined> {
  return alerts(tx).where('kind', '=', kind).where('subject', '=', subject).where('closedAt', 'is', null).forUpdate().executeTakeFirst()
}

export type AlertToInsert = AlertName & {
  severity: string
  message: string
  countryId: string | null
  isHappening: boolean
}

/** @returns its id; undefined when one of that kind and subject is open already */
export async function insertAlert(tx: Tx, alert: AlertToInsert): Promise<string | undefined> {
  const row = await tx
    .insertInto('alert')
    .values(alert)
    .onConflict((conflict) => conflict.columns(['kind', 'subject']).where('closedAt', 'is', null).doNothing())
    .returning('id')
    .executeTakeFirst()
  return row?.id
}

// The database's clock, like raised_at: alerts are about the machine, whatever day the demo's calendar shows.
const now = sql<Date>`clock_timestamp()`

/** @property forgetsEyes whoever acknowledged it saw something less */
export type Again = { severity: string; message: string; forgetsEyes: boolean }

export async function raiseAgain(tx: Tx, id: string, { severity, message, forgetsEyes }: Again): Promise<void> {
  await tx
    .updateTable('alert')
    .set(({ eb }) => ({
      ...{ severity, message, lastRaisedAt: now, resolvedAt: null },
      times: eb('times', '+', 1),
      ...(forgetsEyes && { acknowledgedAt: null, acknowledgedByUserId: null }),
    }))
    .where('id', '=', id)
    .execute()
}

export async function markResolved(tx: Tx, id: string, { isClosed }: { isClosed: boolean }): Promise<void> {
  await tx
    .updateTable('alert')
    .set({ resolvedAt: now, ...(isClosed && { closedAt: now }) })
    .where('id', '=', id)
    .execute()
}

export async function markAcknowledged(tx: Tx, id: string, { userId, isClosed }: { userId: string; isClosed: boolean }): Promise<void> {
  await tx
    .updateTable('alert')
    .set({ acknowledgedAt: now, acknowledgedByUserId: userId, ...(isClosed && { closedAt: now }) })
    .where('id', '=', id)
    .execute()
}

export type AlertFilter = {
  /** Only of these countries; absent: all, the machine's too. */
  countryIds?: readonly string[] | undefined
  isOpen?: boolean | undefined
  after?: Position | undefined
  limit: number
}

/** Newest first. */
export function listAlerts(db: Db, { countryIds, isOpen, after, limit }: AlertFilter): Promise<AlertRow[]> {
  return alerts(db)
    .$if(countryIds !== undefined, (query) => query.where('countryId', '=', anyOf(countryIds!)))
    .$if(isOpen === true, (query) => query.where('closedAt', 'is', null))
    .$if(isOpen === false, (query) => query.where('closedAt', 'is not', null))
    .$if(after !== undefined, (query) => query.where(beyond('raisedAt', 'id', after!, 'desc')))
    .orderBy('raisedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
}
