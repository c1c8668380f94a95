import { Type, type Static } from 'typebox'
import { CalendarDay, CountryId, Instant, LanguageCode, LocalTime, Nullable, Page, Said, Uuid } from '../../platform/http/schema.ts'
import { AgentStatus } from '../agents/contract.ts'
import { AnswerView, QuestionnaireVersionView, SaveAnswer } from '../questionnaires/contract.ts'

export { AnswerView, SaveAnswer }

/** When a worker wants to be called; wall time in the zone named beside it. A date, or weekdays, or any day. */
export const Slot = Type.Object({
  date: Type.Optional(CalendarDay),
  weekdays: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7 })),
  startLocal: LocalTime,
  endLocal: LocalTime,
})
export type Slot = Static<typeof Slot>

export const CallbackReason = Type.Union([
  Type.Literal('audit'),
  Type.Literal('voicemail'),
  Type.Literal('text'),
  Type.Literal('missed-call'),
  Type.Literal('asked'),
  Type.Literal('live-call'),
  Type.Literal('retaliation-check'),
  Type.Literal('follow-up'),
])
export type CallbackReason = Static<typeof CallbackReason>

export const CallbackStatus = Type.Union([
  Type.Literal('planned'),
  Type.Literal('waiting'),
  Type.Literal('claimed'),
  Type.Literal('ringing'),
  Type.Literal('talking'),
  Type.Literal('wrap-up'),
  Type.Literal('done'),
  Type.Literal('closed'),
])
export type CallbackStatus = Static<typeof CallbackStatus>

export const Outcome = Type.Union([
  Type.Literal('complete'),
  Type.Literal('partial'),
  Type.Literal('no-answer'),
  Type.Literal('busy'),
  Type.Literal('rejected'),
  Type.Literal('unreachable'),
  Type.Literal('machine'),
  Type.Literal('someone-else'),
  Type.Literal('not-safe-now'),
  Type.Literal('reschedule'),
  Type.Literal('language-mismatch'),
  Type.Literal('refused'),
  Type.Literal('dead-number'),
  Type.Literal('trunk-failure'),
  Type.Literal('agent-failure'),
  Type.Literal('unknown'),
])
export type Outcome = Static<typeof Outcome>

/** The outcomes an agent may name; the others come from the line. */
export const AgentOutcome = Type.Union([
  Type.Literal('complete'),
  Type.Literal('partial'),
  Type.Literal('machine'),
  Type.Literal('someone-else'),
  Type.Literal('not-safe-now'),
  Type.Literal('reschedule'),
  Type.Literal('language-mismatch'),
  Type.Literal('refused'),
])
export type AgentOutcome = Static<typeof AgentOutcome>

/** The outcomes that lead to another try: when, how often and whether it counts is the country's to set. */
export const SettableOutcome = Type.Union([
  Type.Literal('partial'),
  Type.Literal('no-answer'),
  Type.Literal('busy'),
  Type.Literal('rejected'),
  Type.Literal('unreachable'),
  Type.Literal('machine'),
  Type.Literal('someone-else'),
  Type.Literal('dead-number'),
  Type.Literal('trunk-failure'),
])
export type SettableOutcome = Static<typeof SettableOutcome>

const outcomeSetting = {
  outcome: SettableOutcome,
  /** Uses up one of the country's attempts. */
  counts: Type.Boolean(),
  /** Waited inside the slot; null: the slot's next occurrence, on a later day. */
  delayMinutes: Nullable(Type.Integer({ minimum: 1, maximum: 10_080 })),
  /** Closed after this many of this outcome; null: only the country's attempts end it. */
  mostTimes: Nullable(Type.Integer({ minimum: 1, maximum: 10 })),
}
export const OutcomeSetting = Type.Object({ ...outcomeSetting, isDefault: Type.Boolean() })
export type OutcomeSetting = Static<typeof OutcomeSetting>

const callRules = {
  ringTimeoutSeconds: Type.Integer({ minimum: 5, maximum: 120 }),
  /** How long a callback is shown to an agent before it goes to the next. */
  offerSeconds: Type.Integer({ minimum: 5, maximum: 120 }),
  maxAttempts: Type.Integer({ minimum: 1, maximum: 10 }),
  /** Who answers is listened to before the agent hears them; a machine is hung up on silently. */
  detectsMachines: Type.Boolean(),
}
/** GET /api/countries/:id/call-rules: how a country's workers are called. */
export const CallRules = Type.Object({ ...callRules, outcomes: Type.Array(OutcomeSetting) })
export type CallRules = Static<typeof CallRules>
/** PUT, the whole: an outcome that is left out has its default again. */
export const SaveCallRules = Type.Object({ ...callRules, outcomes: Type.Array(Type.Object(outcomeSetting), { maxItems: 9 }) })
export type SaveCallRules = Static<typeof SaveCallRules>

/** One line of the list and of the board. */
export const CallbackRow = Type.Object({
  id: Uuid,
  reference: Type.String(),
  reason: CallbackReason,
  status: CallbackStatus,
  countryId: CountryId,
  languageCode: LanguageCode,
  timeZone: Type.String(),
  dueAt: Instant,
  countedAttempts: Type.Integer(),
  lastOutcome: Nullable(Outcome),
  agentUserId: Nullable(Uuid),
  /** Offered to this agent alone until then, then to anybody; of another country perhaps. */
  assignedAgentUserId: Nullable(Uuid),
  assignedUntil: Nullable(Instant),
  /** The third on the line when the assigned agent calls. */
  interpreterUserId: Nullable(Uuid),
  isHeld: Type.Boolean(),
  /** "Why (not) now?": one plain sentence in English, and the same as data. */
  whyNow: Type.String(),
  whyNowSaid: Type.Array(Said),
})
export type CallbackRow = Static<typeof CallbackRow>

export const AttemptView = Type.Object({
  id: Uuid,
  numberInCallback: Type.Integer(),
  /** The worker rang us. */
  isInbound: Type.Boolean(),
  createdAt: Instant,
  rangAt: Nullable(Instant),
  answeredAt: Nullable(Instant),
  endedAt: Nullable(Instant),
  outcome: Nullable(Outcome),
})
export type AttemptView = Static<typeof AttemptView>

/** What an agent sees on the desk: everything but the number. */
export const CallbackView = Type.Object({
  ...CallbackRow.properties,
  slot: Nullable(Slot),
  plannedNote: Nullable(Type.String()),
  plannedNoteSaid: Type.Array(Said),
  factoryName: Nullable(Type.String()),
  /** The third on the line; null: nobody. */
  interpreterName: Nullable(Type.String()),
  /** False: the worker withheld their number and cannot be called back. */
  canBeCalled: Type.Boolean(),
  attempts: Type.Array(AttemptView),
  questionnaire: Nullable(QuestionnaireVersionView),
  answers: Type.Array(AnswerView),
  resumeQuestionId: Nullable(Type.String()),
  /** Times to call again that lie in the worker's hours and the country's, soonest first: one click each. */
  likelyTimes: Type.Array(Instant),
})
export type CallbackView = Static<typeof CallbackView>

/** GET /api/callbacks/:id/code-word: the word the worker and the auditor agreed on; null when there is none. */
export const CodeWordView = Type.Object({ codeWord: Nullable(Type.String()) })
export type CodeWordView = Static<typeof CodeWordView>

const Helper = Type.Object({
  userId: Uuid,
  displayName: Type.String(),
  countryIds: Type.Array(CountryId),
  status: AgentStatus,
  isPhoneReachable: Type.Boolean(),
})
/** GET /api/callbacks/unserved (supervisor): what is due and nobody on duty may take, for want of the language. */
export const UnservedList = Type.Object({
  groups: Type.Array(
    Type.Object({
      countryId: CountryId,
      languageCode: LanguageCode,
      /** False: no agent of the country has a certificate at all; true: none of them is on duty. */
      isAnyoneCertified: Type.Boolean(),
      callbacks: Type.Array(CallbackRow),
      /** Who may be given them: of the country, or of one whose agents may help; on duty first. */
      helpers: Type.Array(Helper),
      /** Who could lead the call with one of the helpers as interpreter; on duty first. */
      leaders: Type.Array(Helper),
    }),
  ),
})
export type UnservedList = Static<typeof UnservedList>

/**
 * POST /api/callbacks/:id/assign (supervisor); null takes it back. With an interpreter, who is certified in the language, the agent need
 * not be.
 */
export const AssignCallback = Type.Object({ agentUserId: Nullable(Uuid), interpreterUserId: Type.Optional(Nullable(Uuid)) })

/** GET and PUT /api/countries/:id/helpers: countries whose agents may call its workers when a supervisor says so. */
export const Helpers = Type.Object({ countryIds: Type.Array(CountryId, { maxItems: 50, uniqueItems: true }) })
export type Helpers = Static<typeof Helpers>

/** What is offered to an agent: everything that says whether to take it, and no number. */
export const OfferView = Type.Object({
  id: Uuid,
  callbackId: Uuid,
  reference: Type.String(),
  reason: CallbackReason,
  countryId: CountryId,
  languageCode: LanguageCode,
  factoryName: Nullable(Type.String()),
  timeZone: Type.String(),
  dueAt: Instant,
  countedAttempts: Type.Integer(),
  lastOutcome: Nullable(Outcome),
  /** Real seconds from the moment this was read. */
  secondsLeft: Type.Number(),
  secondsInAll: Type.Integer(),
  /** More time, to hear what the worker has left, may be asked for still. */
  mayListen: Type.Boolean(),
})
export type OfferView = Static<typeof OfferView>
/** GET /api/offers/mine, and the frames of topic "offer". */
export const MyOffer = Type.Object({ offer: Nullable(OfferView) })
export type MyOffer = Static<typeof MyOffer>

export const CallbackPage = Page(CallbackRow)
export type CallbackPage = Static<typeof CallbackPage>
/** GET /api/callbacks. Without a status: those that are not over. */
export const CallbackQuery = Type.Object({
  status: Type.Optional(CallbackStatus),
  countryId: Type.Optional(CountryId),
  languageCode: Type.Optional(LanguageCode),
  reason: Type.Optional(CallbackReason),
  /** Only a supervisor may go on with it. */
  isHeld: Type.Optional(Type.Boolean()),
  /** True: those that may be offered now, or could be but for the hours, the gap and the trunk. */
  isDue: Type.Optional(Type.Boolean()),
  /** Exactly: CB-0042. */
  reference: Type.Optional(Type.String({ maxLength: 20 })),
  after: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type CallbackQuery = Static<typeof CallbackQuery>

/** POST /api/callbacks/:id/outcome, in wrap-up. `callAgainAt` is asked for by not-safe-now and reschedule; `languageCode` by language-mismatch. */
export const NameOutcome = Type.Object({
  outcome: AgentOutcome,
  callAgainAt: Type.Optional(Instant),
  languageCode: Type.Optional(LanguageCode),
})
export type NameOutcome = Static<typeof NameOutcome>

/** POST /api/callbacks/:id/close (supervisor). */
export const CloseCallback = Type.Object({ reason: Type.String({ minLength: 3, maxLength: 300 }) })

/** POST /api/callbacks/:id/reschedule (supervisor): call again then, whatever held it back. */
export const RescheduleCallback = Type.Object({ callAgainAt: Instant })

/** POST /api/trunks/:id/test: what was found, in the order in which it is mended. `code` is stable; `sentence` is English. */
export const TrunkTest = Type.Object({
  trunkId: Type.String(),
  testedAt: Instant,
  isWell: Type.Boolean(),
  findings: Type.Array(
    Type.Object({
      check: Type.Union([
        Type.Literal('carrier'),
        Type.Literal('asterisk'),
        Type.Literal('log-in'),
        Type.Literal('calls'),
        Type.Literal('caps'),
        Type.Literal('pause'),
      ]),
      verdict: Type.Union([Type.Literal('ok'), Type.Literal('trouble'), Type.Literal('unknown')]),
      code: Type.String(),
      values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
      sentence: Type.String(),
    }),
  ),
})
export type TrunkTest = Static<typeof TrunkTest>
const Reason = Type.String({ minLength: 3, maxLength: 300 })
/**
 * What a supervisor does to callbacks that wait. `assign`: offered to this agent alone until a day after it is due; null: to anybody.
 * `reschedule`: when each worker's own clock shows this.
 */
export const Supervision = Type.Union([
  Type.Object({ kind: Type.Literal('assign'), agentUserId: Nullable(Uuid) }),
  Type.Object({ kind: Type.Literal('reschedule'), date: CalendarDay, time: LocalTime }),
  Type.Object({ kind: Type.Literal('hold'), reason: Reason }),
  Type.Object({ kind: Type.Literal('release') }),
  Type.Object({ kind: Type.Literal('close'), reason: Reason }),
])
export type Supervision = Static<typeof Supervision>

/** POST /api/callbacks/supervise (supervisor). */
export const SuperviseCallbacks = Type.Object({
  ids: Type.Array(Uuid, { minItems: 1, maxItems: 200, uniqueItems: true }),
  act: Supervision,
})
export type SuperviseCallbacks = Static<typeof SuperviseCallbacks>
/** Each by itself: what one refuses does not keep the others back. `reference` null: not the reader's, or there is none. */
export const Supervised = Type.Object({
  done: Type.Array(Uuid),
  refused: Type.Array(Type.Object({ id: Uuid, reference: Nullable(Type.String()), code: Type.String(), message: Type.String() })),
})
export type Supervised = Static<typeof Supervised>
