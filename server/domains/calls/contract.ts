import { Type, type Static } from 'typebox'
import { CountryId, Instant, LanguageCode, Nullable, Uuid } from '../../platform/http/schema.ts'

/** The steps a call moves through on the board, in order. */
export const CallStatus = Type.Union([
  Type.Literal('ringing'),
  Type.Literal('menu'),
  Type.Literal('message'),
  Type.Literal('waiting'),
  Type.Literal('agent'),
  Type.Literal('talking'),
  Type.Literal('ended'),
])
export type CallStatus = Static<typeof CallStatus>

/** What a caller said after a message: call this number, another, none. */
export const ContactChoice = Type.Union([Type.Literal('this'), Type.Literal('other'), Type.Literal('none')])
export type ContactChoice = Static<typeof ContactChoice>

/** One conversation over the phone as supervisors see it: no number, no name. */
export const CallView = Type.Object({
  id: Uuid,
  direction: Type.Union([Type.Literal('inbound'), Type.Literal('outbound')]),
  status: CallStatus,
  countryId: CountryId,
  languageCode: Nullable(LanguageCode),
  agentUserId: Nullable(Uuid),
  callbackReference: Nullable(Type.String()),
  startedAt: Instant,
  statusSince: Instant,
  endedAt: Nullable(Instant),
  endReason: Nullable(Type.String()),
})
export type CallView = Static<typeof CallView>
