import type { Db, Tx } from '../../platform/db/db.ts'
import { readCursor, toPage } from '../../platform/db/page.ts'
import type { Role } from '../../platform/http/policy.ts'
import { maskJsonStrings } from '../../platform/log.ts'
import type { ActivityPage, ActivityQuery, ActivityView } from './contract.ts'
import * as queries from './queries.ts'

/** What somebody did or read. `detail` holds ids, counts and states; never a phone number, a name or an answer. */
export type Activity = {
  /** Null: the service itself. */
  actorUserId: string | null
  /** Area and past tense: `callback.claimed`, `voicemail.played`. */
  action: `${string}.${string}`
  subjectKind: string
  subjectId: string
  detail?: Record<string, string | number | boolean | null>
}

/** Writes one row of the log in the change's own transaction: no change without its row, no row without its change. */
export async function record(tx: Tx, { actorUserId, action, subjectKind, subjectId, detail = {} }: Activity): Promise<void> {
  // The last guard: a number that got into a detail by mistake would stay for ever.
  await queries.insertActivity(tx, { actorUserId, action, subjectKind, subjectId, detail: maskJsonStrings(JSON.stringify(detail)) })
}

/** The log, newest first. An administrator sees that a case was opened or read, but nothing of what it is about. */
export async function listActivities(
  db: Db,
  readerRole: Role,
  { limit = 50, after, subjectKind, subjectId }: ActivityQuery,
): Promise<ActivityPage> {
  const rows = await queries.listActivities(db, {
    limit: limit + 1,
    ...(after !== undefined && { after: readCursor(after) }),
    ...(subjectKind !== undefined && { subjectKind }),
    ...(subjectId !== undefined && { subjectId }),
  })
  const toView = ({ happenedAt, detail, exactHappenedAt: _, ...row }: (typeof rows)[number]): ActivityView => ({
    ...row,
    happenedAt: happenedAt.toISOString(),
    detail: row.subjectKind === 'case' && readerRole === 'administrator' ? {} : (detail as ActivityView['detail']),
  })
  return toPage(rows, limit, toView, ({ id, exactHappenedAt }) => ({ at: exactHappenedAt, id }))
}
