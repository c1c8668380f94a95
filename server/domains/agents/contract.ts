import { Type, type Static } from 'typebox'
import { CountryId, Instant, LanguageCode, Uuid } from '../../platform/http/schema.ts'

export const AgentStatus = Type.Union([
  Type.Literal('free'),
  Type.Literal('on-call'),
  Type.Literal('wrap-up'),
  Type.Literal('break'),
  Type.Literal('away'),
])
export type AgentStatus = Static<typeof AgentStatus>

export const AgentView = Type.Object({
  userId: Uuid,
  displayName: Type.String(),
  countryIds: Type.Array(CountryId),
  languageCodes: Type.Array(LanguageCode),
  status: AgentStatus,
  statusSince: Instant,
  isPhoneReachable: Type.Boolean(),
})
export type AgentView = Static<typeof AgentView>

export const AgentList = Type.Object({ agents: Type.Array(AgentView) })

/** POST /api/agents/me/status: what an agent may set by hand. */
export const SetAgentStatus = Type.Object({
  status: Type.Union([Type.Literal('free'), Type.Literal('break'), Type.Literal('away')]),
})

/** POST /api/agents (administrator): makes or replaces an agent's phone. The password is shown once in the reply. */
export const SaveAgent = Type.Object({
  userId: Uuid,
  countryIds: Type.Array(CountryId, { minItems: 1 }),
  languageCodes: Type.Array(LanguageCode, { minItems: 1 }),
})
export const AgentPhone = Type.Object({ sipUser: Type.String(), sipPassword: Type.String() })
export type SaveAgent = Static<typeof SaveAgent>
export type SetAgentStatus = Static<typeof SetAgentStatus>
