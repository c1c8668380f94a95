import { Type, type Static } from 'typebox'
import { CountryId, Instant, LanguageCode, Nullable, Page, Uuid } from '../../platform/http/schema.ts'

export const VoicemailView = Type.Object({
  id: Uuid,
  countryId: CountryId,
  languageCode: LanguageCode,
  leftAt: Instant,
  durationMs: Type.Integer(),
  isCutOff: Type.Boolean(),
  callbackId: Nullable(Uuid),
  callbackReference: Nullable(Type.String()),
  heardAt: Nullable(Instant),
})
export type VoicemailView = Static<typeof VoicemailView>

export const VoicemailPage = Page(VoicemailView)
export type VoicemailPage = Static<typeof VoicemailPage>
export const VoicemailQuery = Type.Object({
  countryId: Type.Optional(CountryId),
  callbackId: Type.Optional(Uuid),
  after: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type VoicemailQuery = Static<typeof VoicemailQuery>
// GET /api/voicemails/:id/audio replies audio/wav and honours Range; each play is in the activity-log.
