import { Type, type Static } from 'typebox'
import { Instant, LanguageCode, Nullable, Uuid } from '../../platform/http/schema.ts'

/** Which neutral sentence stands for a status where words may be read by others. */
export const StatusSentence = Type.Union([
  Type.Literal('nothing-new'),
  Type.Literal('in-progress'),
  Type.Literal('please-ring'),
  Type.Literal('done'),
])
export type StatusSentence = Static<typeof StatusSentence>

/** What a worker hears with their PIN, or heard, or is to hear. */
export const WorkerStatusView = Type.Object({
  id: Uuid,
  kind: Type.Union([Type.Literal('speech'), Type.Literal('recording')]),
  sentence: StatusSentence,
  languageCode: LanguageCode,
  /** Null for a recording. */
  text: Nullable(Type.String()),
  durationMs: Type.Integer(),
  state: Type.Union([Type.Literal('draft'), Type.Literal('published'), Type.Literal('withdrawn')]),
  createdByUserId: Uuid,
  createdAt: Instant,
  publishedAt: Nullable(Instant),
})
export type WorkerStatusView = Static<typeof WorkerStatusView>

export const WorkerStatusList = Type.Object({
  /** How many PINs this worker was given: without one nobody can hear a status. */
  pins: Type.Integer(),
  items: Type.Array(WorkerStatusView),
  /** The languages in which a text can be read out by the machine; others wait for a recording. */
  speechLanguageCodes: Type.Array(LanguageCode),
  /** The worker's, as a proposal. */
  languageCode: LanguageCode,
})
export type WorkerStatusList = Static<typeof WorkerStatusList>

export const STATUS_TEXT_LENGTH = 600
/** Longest recording, in seconds. */
export const STATUS_SECONDS = 120
/** POST /api/cases/:id/statuses: a text, which the machine reads out. */
export const WriteStatus = Type.Object({
  text: Type.String({ minLength: 2, maxLength: STATUS_TEXT_LENGTH }),
  languageCode: LanguageCode,
  sentence: StatusSentence,
})
export type WriteStatus = Static<typeof WriteStatus>

/** POST /api/cases/:id/statuses/recording: the body is the sound (audio/wav, audio/ogg, audio/flac …), as recorded or uploaded. */
export const RecordStatusQuery = Type.Object({ languageCode: LanguageCode, sentence: StatusSentence })
export type RecordStatusQuery = Static<typeof RecordStatusQuery>
