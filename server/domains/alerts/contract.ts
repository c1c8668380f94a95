import { Type, type Static } from 'typebox'
import { CountryId, Instant, Nullable, Page, Said, Uuid } from '../../platform/http/schema.ts'

export const AlertSeverity = Type.Union([Type.Literal('critical'), Type.Literal('warning')])
export type AlertSeverity = Static<typeof AlertSeverity>

/**
 * Something a person must know. Open until `closedAt`: a warning until it is resolved, a critical one until a person has
 * acknowledged it as well. `message` is one English sentence, `messageSaid` the same as data; `countryId` null: of the machine.
 */
export const AlertView = Type.Object({
  id: Uuid,
  kind: Type.String(),
  subject: Type.String(),
  severity: AlertSeverity,
  message: Type.String(),
  messageSaid: Type.Array(Said),
  countryId: Nullable(CountryId),
  times: Type.Integer(),
  raisedAt: Instant,
  lastRaisedAt: Instant,
  acknowledgedAt: Nullable(Instant),
  acknowledgedByUserId: Nullable(Uuid),
  acknowledgedByName: Nullable(Type.String()),
  resolvedAt: Nullable(Instant),
  closedAt: Nullable(Instant),
})
export type AlertView = Static<typeof AlertView>

export const AlertPage = Page(AlertView)
export type AlertPage = Static<typeof AlertPage>
export const AlertQuery = Type.Object({
  /** Only those that are not closed. */
  isOpen: Type.Optional(Type.Boolean()),
  after: Type.Optional(Type.String({ maxLength: 300 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type AlertQuery = Static<typeof AlertQuery>

/** Snapshot of topic "alerts": what is open, newest first. */
export const OpenAlerts = Type.Object({ alerts: Type.Array(AlertView) })
export type OpenAlerts = Static<typeof OpenAlerts>
/** One change of topic "alerts". */
export const AlertChange = Type.Object({ kind: Type.Literal('alert'), alert: AlertView })
export type AlertChange = Static<typeof AlertChange>
