import { type Static, Type } from 'typebox'
import { CountryId, Instant, LanguageCode, Nullable, Uuid } from '../../platform/http/schema.ts'

/** missing: no sound at all; draft: spoken by a machine; recorded: by a person, not approved as it is; approved. */
export const PromptState = Type.Union([Type.Literal('missing'), Type.Literal('draft'), Type.Literal('recorded'), Type.Literal('approved')])
export type PromptState = Static<typeof PromptState>

export const PromptView = Type.Object({
  name: Type.String(),
  /** The catalogue's sentence; null: it has none in this language. */
  text: Nullable(Type.String()),
  state: PromptState,
  recording: Nullable(
    Type.Object({
      id: Uuid,
      /** The sentence that was read. */
      text: Type.String(),
      sha256: Type.String(),
      durationMs: Type.Integer(),
      recordedAt: Instant,
      approvedByName: Nullable(Type.String()),
      approvedAt: Nullable(Instant),
    }),
  ),
})
export type PromptView = Static<typeof PromptView>

export const PromptList = Type.Object({ languageCode: LanguageCode, prompts: Type.Array(PromptView) })
export type PromptList = Static<typeof PromptList>

export const PromptParams = Type.Object({ code: LanguageCode, name: Type.String({ maxLength: 60 }) })
/** `text`: the sentence that was read; needed where the catalogue has none. */
export const RecordQuery = Type.Object({ text: Type.Optional(Type.String({ minLength: 1, maxLength: 600 })) })
/** `nativeSpeaker`: the name of whoever listened and says that it is right. */
export const Approve = Type.Object({ recordingId: Uuid, nativeSpeaker: Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' }) })
export const PublishParams = Type.Object({ id: CountryId, code: LanguageCode })

export const Readiness = Type.Object({
  languages: Type.Array(
    Type.Object({
      languageCode: LanguageCode,
      /** In the country's menu. */
      isPublished: Type.Boolean(),
      gaps: Type.Array(Type.Object({ name: Type.String(), state: PromptState })),
    }),
  ),
})
export type Readiness = Static<typeof Readiness>
