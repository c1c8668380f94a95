import { Type, type Static } from 'typebox'
import { Instant, Nullable, Page, Uuid } from '../../platform/http/schema.ts'

/** Who did, or read, what and when. `position` is its place in the chain; null until it is sealed, a second later. */
export const ActivityView = Type.Object({
  id: Uuid,
  happenedAt: Instant,
  actorUserId: Nullable(Uuid),
  action: Type.String(),
  subjectKind: Type.String(),
  subjectId: Type.String(),
  detail: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()])),
  position: Nullable(Type.Integer()),
})
export type ActivityView = Static<typeof ActivityView>

export const ActivityPage = Page(ActivityView)
export type ActivityPage = Static<typeof ActivityPage>
export const ActivityQuery = Type.Object({
  subjectKind: Type.Optional(Type.String({ maxLength: 40 })),
  subjectId: Type.Optional(Type.String({ maxLength: 100 })),
  after: Type.Optional(Type.String({ maxLength: 300 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type ActivityQuery = Static<typeof ActivityQuery>
