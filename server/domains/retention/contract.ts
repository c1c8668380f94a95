import { Type, type Static } from 'typebox'
import { CalendarDay, Instant, Nullable, Uuid } from '../../platform/http/schema.ts'

/** What will be erased of one client's workers, or of callers who belong to none. Counts only. */
export const RetentionRow = Type.Object({
  /** Null: callers and writers who are of no visit. */
  clientId: Nullable(Uuid),
  clientName: Nullable(Type.String()),
  retentionMonths: Type.Integer(),
  workers: Type.Integer(),
  voicemails: Type.Integer(),
  texts: Type.Integer(),
  cases: Type.Integer(),
  /** When the first of them is erased, unless something happens meanwhile or the term is made longer. */
  eraseAfter: Instant,
})
export type RetentionRow = Static<typeof RetentionRow>

/** GET /api/retention: who was announced and is not erased yet; and the last nights, newest first. */
export const RetentionReport = Type.Object({
  noticeDays: Type.Integer(),
  callerMonths: Type.Integer(),
  rows: Type.Array(RetentionRow),
  nights: Type.Array(
    Type.Object({
      day: CalendarDay,
      announced: Type.Integer(),
      withdrawn: Type.Integer(),
      erased: Type.Integer(),
      /** It has not come to its end: the next night goes on with it. */
      isUnfinished: Type.Boolean(),
    }),
  ),
})
export type RetentionReport = Static<typeof RetentionReport>
