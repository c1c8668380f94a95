import { Type, type Static } from 'typebox'
import { ContactChoice } from '../calls/contract.ts'
import { CountryId, Instant, LanguageCode, Nullable, Page, Uuid } from '../../platform/http/schema.ts'

export const VoicemailView = Type.Object({
  id: Uuid,
  countryId: CountryId,
  languageCode: LanguageCode,
  leftAt: Instant,
  durationMs: Type.Integer(),
  isCutOff: Type.Boolean(),
  /** Whispered, or perhaps nothing was said: listen with the volume up. */
  isQuiet: Type.Boolean(),
  callbackId: Nullable(Uuid),
  callbackReference: Nullable(Type.String()),
  heardAt: Nullable(Instant),
  /** What they said about being called; null: nothing, so speak neutrally. */
  contactChoice: Nullable(ContactChoice),
  /** The newest case of whoever left it. */
  caseId: Nullable(Uuid),
  caseReference: Nullable(Type.String()),
})
export type VoicemailView = Static<typeof VoicemailView>

export const VoicemailPage = Page(VoicemailView)
export type VoicemailPage = Static<typeof VoicemailPage>
export const VoicemailQuery = Type.Object({
  countryId: Type.Optional(CountryId),
  callbackId: Type.Optional(Uuid),
  languageCode: Type.Optional(LanguageCode),
  heard: Type.Optional(Type.Union([Type.Literal('yes'), Type.Literal('no')])),
  /** Whether somebody can be called back. */
  number: Type.Optional(Type.Union([Type.Literal('with'), Type.Literal('without')])),
  after: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type VoicemailQuery = Static<typeof VoicemailQuery>
/** GET /api/voicemails/:id/heard: who listened, newest first. */
export const HeardList = Type.Object({
  items: Type.Array(Type.Object({ userId: Uuid, displayName: Type.String(), heardAt: Instant })),
})
export type HeardList = Static<typeof HeardList>
// GET /api/voicemails/:id/audio replies audio/wav and honours Range; each play is in the activity-log.
