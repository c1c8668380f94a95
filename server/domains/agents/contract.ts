import { Type, type Static } from 'typebox'
import { CalendarDay, CountryId, Instant, LanguageCode, LocalTime, Nullable, Uuid } from '../../platform/http/schema.ts'

export const AgentStatus = Type.Union([
  Type.Literal('free'),
  Type.Literal('on-call'),
  Type.Literal('wrap-up'),
  Type.Literal('break'),
  Type.Literal('away'),
])
export type AgentStatus = Static<typeof AgentStatus>

/** Why an agent is on a break: a short list, so that nothing personal is kept. */
export const BreakReason = Type.Union([
  Type.Literal('meal'),
  Type.Literal('rest'),
  Type.Literal('training'),
  Type.Literal('meeting'),
  Type.Literal('technical'),
])
export type BreakReason = Static<typeof BreakReason>

/** manual: takes callbacks from the list; preview: is shown one and accepts it; progressive: the phone rings at once. */
export const CallMode = Type.Union([Type.Literal('manual'), Type.Literal('preview'), Type.Literal('progressive')])
export type CallMode = Static<typeof CallMode>

/** Somebody has heard the agent speak it well enough. @property certifiedBy null: taken over from before certificates were kept */
export const Certificate = Type.Object({
  languageCode: LanguageCode,
  certifiedBy: Nullable(Type.String()),
  certifiedAt: Instant,
})

export const AgentView = Type.Object({
  userId: Uuid,
  displayName: Type.String(),
  countryIds: Type.Array(CountryId),
  /** Those of their account: what `countryIds` is chosen from. */
  accountCountryIds: Type.Array(CountryId),
  /** Those with a certificate: only these count when calls are given out. */
  languageCodes: Type.Array(LanguageCode),
  /** Spoken, but nobody has certified it yet. */
  uncertifiedLanguageCodes: Type.Array(LanguageCode),
  certificates: Type.Array(Certificate),
  status: AgentStatus,
  /** Only on a break, and only when it was said. */
  breakReason: Nullable(BreakReason),
  statusSince: Instant,
  isPhoneReachable: Type.Boolean(),
  callMode: CallMode,
  /** They let callbacks that were offered pass: no more are shown until they set their state, or take a call. */
  isMissingOffers: Type.Boolean(),
})
export type AgentView = Static<typeof AgentView>

export const AgentList = Type.Object({ agents: Type.Array(AgentView) })

/** POST /api/agents/me/status: what an agent may set by hand. */
export const SetAgentStatus = Type.Object({
  status: Type.Union([Type.Literal('free'), Type.Literal('break'), Type.Literal('away')]),
  /** With a break only. */
  breakReason: Type.Optional(BreakReason),
})

/** PUT /api/agents/me/call-mode, and PUT /api/agents/:id/call-mode (supervisor). */
export const SetCallMode = Type.Object({ callMode: CallMode })

/** PUT and DELETE /api/agents/:id/certificates/:languageCode (supervisor). */
export const CertificateParams = Type.Object({ id: Uuid, languageCode: LanguageCode })

/** POST /api/agents (administrator): makes or replaces an agent's phone. The password is shown once in the reply. */
export const SaveAgent = Type.Object({
  userId: Uuid,
  countryIds: Type.Array(CountryId, { minItems: 1 }),
  languageCodes: Type.Array(LanguageCode, { minItems: 1 }),
})
/** PATCH /api/agents/:id (supervisor, administrator): what is given replaces what was there, and the phone stays as it is. */
export const ChangeAgent = Type.Object({
  countryIds: Type.Optional(Type.Array(CountryId, { minItems: 1, maxItems: 300, uniqueItems: true })),
  languageCodes: Type.Optional(Type.Array(LanguageCode, { minItems: 1, maxItems: 100, uniqueItems: true })),
})
export type ChangeAgent = Static<typeof ChangeAgent>
export const AgentPhone = Type.Object({ sipUser: Type.String(), sipPassword: Type.String() })
export type SaveAgent = Static<typeof SaveAgent>
export type SetAgentStatus = Static<typeof SetAgentStatus>

const ShiftHours = { startLocal: LocalTime, endLocal: LocalTime }
/** When an agent works for a country, in its zone: every week, and the days that differ; such a day without hours is off. */
export const ShiftPlan = Type.Object({
  week: Type.Array(Type.Object({ weekday: Type.Integer({ minimum: 1, maximum: 7 }), ...ShiftHours }), { maxItems: 42 }),
  exceptions: Type.Array(Type.Object({ date: CalendarDay, hours: Type.Array(Type.Object(ShiftHours), { maxItems: 6 }) }), {
    maxItems: 400,
  }),
})
export type ShiftPlan = Static<typeof ShiftPlan>

/** An agent in one of their countries. @property plan null: none is kept, and they count whenever the country may be called */
export const AgentShifts = Type.Object({
  agentUserId: Uuid,
  displayName: Type.String(),
  languageCodes: Type.Array(LanguageCode),
  countryId: CountryId,
  plan: Nullable(ShiftPlan),
})
export type AgentShifts = Static<typeof AgentShifts>
export const AgentShiftsList = Type.Object({ agents: Type.Array(AgentShifts) })

/** PUT /api/agents/:id/shifts/:countryId (supervisor) */
export const SaveShifts = Type.Object({ plan: Nullable(ShiftPlan) })
export type SaveShifts = Static<typeof SaveShifts>
export const ShiftParams = Type.Object({ id: Uuid, countryId: CountryId })
