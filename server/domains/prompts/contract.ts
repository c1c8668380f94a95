import { type Static, Type } from 'typebox'
import { CountryId, Instant, LanguageCode, Nullable, Uuid } from '../../platform/http/schema.ts'

/**
 * missing: no sound at all; draft: spoken by a machine; recorded: by a person, not approved; stale: by a person, of a sentence that
 * has changed since; approved.
 */
export const PromptState = Type.Union([
  Type.Literal('missing'),
  Type.Literal('draft'),
  Type.Literal('recorded'),
  Type.Literal('stale'),
  Type.Literal('approved'),
])
export type PromptState = Static<typeof PromptState>

/** `levelDb`: root mean square in dB below full scale. The sound is at `/api/languages/:code/prompts/:name/sounds/<sha256>`. */
const Sound = { sha256: Type.String(), durationMs: Type.Integer(), levelDb: Nullable(Type.Number()) }

export const PromptView = Type.Object({
  name: Type.String(),
  /** The sentence as it is now; null: there is none in this language. */
  text: Nullable(Type.String()),
  /** As espeak-ng is given it, where that differs. */
  speech: Nullable(Type.String()),
  /** Changed here, or imported: not the catalogue's. */
  isEdited: Type.Boolean(),
  state: PromptState,
  /** The machine's, of the sentence as it is now; null: it has no usable voice, or a person's is heard and set-up's draft is gone. */
  draft: Nullable(Type.Object(Sound)),
  recording: Nullable(
    Type.Object({
      id: Uuid,
      /** The sentence that was read. */
      text: Type.String(),
      ...Sound,
      isMine: Type.Boolean(),
      recordedAt: Instant,
      approvedByName: Nullable(Type.String()),
      approvedAt: Nullable(Instant),
    }),
  ),
})
export type PromptView = Static<typeof PromptView>

const Review = Type.Object({ byName: Type.String(), at: Instant })
const Gap = Type.Object({ name: Type.String(), state: PromptState })
const languageParts = {
  languageCode: LanguageCode,
  ownName: Type.String(),
  direction: Type.Union([Type.Literal('ltr'), Type.Literal('rtl')]),
  /** espeak-ng's voice for drafts; null: it has none that can be used, so every prompt waits for a person. */
  voice: Nullable(Type.String()),
  isImported: Type.Boolean(),
  /** A native speaker has read every sentence of an imported language; null: nobody has. */
  review: Nullable(Review),
}

/** What goes out as a text, of 160 characters at most. A file may leave these out altogether, or empty: then the language waits for them. */
const writtenParts = {
  texts: Type.Array(Type.Object({ name: Type.String(), english: Type.String(), text: Type.String() })),
  /** What its speakers write to be left in peace, and to be written to again; those of all languages are understood everywhere. */
  stopWords: Type.Array(Type.String()),
  startWords: Type.Array(Type.String()),
  consentEnglish: Type.String(),
  /** What is read to a worker before their number is taken. */
  consentText: Type.String(),
}
export const WrittenView = Type.Object(writtenParts)
export type WrittenView = Static<typeof WrittenView>

export const PromptList = Type.Object({
  ...languageParts,
  /** The machine needs another spelling beside the sentence (pinyin). */
  needsSpeech: Type.Boolean(),
  /** Whoever asks imported it: somebody else must review it. */
  isMine: Type.Boolean(),
  /** Of an imported language, to be read with its prompts; null: it is built in, or its file had none yet. */
  written: Nullable(WrittenView),
  prompts: Type.Array(PromptView),
})
export type PromptList = Static<typeof PromptList>

export const PromptParams = Type.Object({ code: LanguageCode, name: Type.String({ maxLength: 60 }) })
export const SoundParams = Type.Object({ ...PromptParams.properties, sum: Type.String({ pattern: '^[0-9a-f]{64}$' }) })
/** `text`: the sentence that was read; needed where the language has none. */
export const RecordQuery = Type.Object({ text: Type.Optional(Type.String({ minLength: 1, maxLength: 600 })) })
/** `nativeSpeaker`: the name of whoever listened and says that it is right. */
const nativeSpeaker = Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' })
export const Approve = Type.Object({ recordingId: Uuid, nativeSpeaker })
export const ReviewLanguage = Type.Object({ nativeSpeaker })
/** `speech`: as espeak-ng has to be given it, where that differs. */
export const ChangeText = Type.Object({
  text: Type.String({ maxLength: 1000 }),
  speech: Type.Optional(Nullable(Type.String({ maxLength: 1000 }))),
})
export type ChangeText = Static<typeof ChangeText>
export const PublishParams = Type.Object({ id: CountryId, code: LanguageCode })
/** The agent whose phone rings and plays it. */
export const PlayOnPhone = Type.Object({ agentUserId: Uuid })

const LanguageReadiness = Type.Object({
  ...languageParts,
  /** In the country's menu. */
  isPublished: Type.Boolean(),
  /** Whoever asks may open and change it. */
  isMine: Type.Boolean(),
  /** Prompts by name, and `texts` for the written words of an imported language. */
  gaps: Type.Array(Gap),
  /** How many there are to do; of an imported language its written words are one. */
  total: Type.Integer(),
})
export type LanguageReadiness = Static<typeof LanguageReadiness>
export const Readiness = Type.Object({ languages: Type.Array(LanguageReadiness) })
export type Readiness = Static<typeof Readiness>

/** What is looked at row by row, so that everything wrong with it is said at once. */
export const ImportLanguage = Type.Record(Type.String(), Type.Unknown())
export const ImportQuery = Type.Object({ isDryRun: Type.Optional(Type.Boolean()) })
/** Of a file that is right. `isDone`: kept, and not only looked at. */
export const ImportResult = Type.Object({
  isDone: Type.Boolean(),
  languageCode: LanguageCode,
  ownName: Type.String(),
  sentences: Type.Integer(),
  /** Spoken by the machine; the others wait for people. */
  drafts: Type.Integer(),
})
export type ImportResult = Static<typeof ImportResult>
/** The detail of a refused import. `row` counts the prompts from 1; null: of the language itself, or of a prompt that is not there. */
export const ImportProblem = Type.Object({
  row: Nullable(Type.Integer()),
  name: Nullable(Type.String()),
  field: Type.String(),
  message: Type.String(),
})
export type ImportProblem = Static<typeof ImportProblem>

/** A language as a file; `english` is for whoever translates and is not read. */
export const LanguageFile = Type.Object({
  code: Type.String(),
  ownName: Type.String(),
  script: Type.String(),
  direction: Type.String(),
  isTallScript: Type.Boolean(),
  voice: Nullable(Type.String()),
  prompts: Type.Array(Type.Object({ name: Type.String(), english: Type.String(), text: Type.String(), speech: Nullable(Type.String()) })),
  ...writtenParts,
})
export type LanguageFile = Static<typeof LanguageFile>
