import { Type, type Static } from 'typebox'
import { CalendarDay, CountryId, Instant, LanguageCode, Nullable, Said, Uuid } from '../../platform/http/schema.ts'
import { Slot } from '../callbacks/contract.ts'

const Name = Type.String({ minLength: 1, maxLength: 200 })

/**
 * `questionnaireId`: what its workers are asked; null: the standard one. `retentionMonths`: how long what they said is kept after the
 * last thing that happened with them; whoever is due is announced a week before (GET /api/retention).
 */
export const ClientView = Type.Object({
  id: Uuid,
  name: Name,
  callbackOffsetDays: Type.Integer(),
  questionnaireId: Nullable(Uuid),
  retentionMonths: Type.Integer(),
})
export type ClientView = Static<typeof ClientView>
export const ClientList = Type.Object({ clients: Type.Array(ClientView) })
export const SaveClient = Type.Object({
  name: Name,
  callbackOffsetDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 30 })),
  questionnaireId: Type.Optional(Nullable(Uuid)),
  retentionMonths: Type.Optional(Type.Integer({ minimum: 1, maximum: 120 })),
})
export type SaveClient = Static<typeof SaveClient>
/** PATCH /api/clients/:id. Offset and questionnaire count for visits that are closed from now on. */
export const ChangeClient = Type.Partial(SaveClient, { minProperties: 1 })
export type ChangeClient = Static<typeof ChangeClient>

export const FactoryView = Type.Object({
  id: Uuid,
  clientId: Uuid,
  clientName: Name,
  name: Name,
  countryId: CountryId,
  timeZone: Type.String(),
  languageCodes: Type.Array(LanguageCode),
})
export type FactoryView = Static<typeof FactoryView>
export const FactoryList = Type.Object({ factories: Type.Array(FactoryView) })
export const SaveFactory = Type.Object({
  clientId: Uuid,
  name: Name,
  countryId: CountryId,
  timeZone: Type.Optional(Type.String()),
  languageCodes: Type.Array(LanguageCode, { minItems: 1 }),
})
export type SaveFactory = Static<typeof SaveFactory>
/** GET /api/factories/:id/auditors: those of its country, by name. @property isAssigned may see this factory, its visits and rosters */
export const AuditorList = Type.Object({
  auditors: Type.Array(Type.Object({ id: Uuid, displayName: Type.String(), isAssigned: Type.Boolean() })),
})
export type AuditorList = Static<typeof AuditorList>
/** PUT /api/factories/:id/auditors: these and no others. Who loses it is signed out. */
export const AssignAuditors = Type.Object({ auditorIds: Type.Array(Uuid, { maxItems: 500 }) })

/** PATCH /api/factories/:id. Client and country stay: its workers' callbacks hang on them. */
export const ChangeFactory = Type.Object(
  {
    name: Type.Optional(Name),
    timeZone: Type.Optional(Type.String({ maxLength: 60 })),
    languageCodes: Type.Optional(Type.Array(LanguageCode, { minItems: 1 })),
  },
  { minProperties: 1 },
)
export type ChangeFactory = Static<typeof ChangeFactory>

export const AuditStatus = Type.Union([Type.Literal('open'), Type.Literal('closed')])
export const AuditRow = Type.Object({
  id: Uuid,
  factoryId: Uuid,
  factoryName: Name,
  clientName: Name,
  countryId: CountryId,
  timeZone: Type.String(),
  /** First day of the visit, in the factory's zone. */
  auditDate: CalendarDay,
  /** Its last day, from which the client's offset counts; the same where it takes one day. */
  lastDate: CalendarDay,
  status: AuditStatus,
  closedAt: Nullable(Instant),
  /** Who does the visit; null: nobody is named. */
  auditorUserId: Nullable(Uuid),
  auditorName: Nullable(Type.String()),
  workers: Type.Integer(),
  /**
   * Of the planned callbacks, each in one of: reached (a conversation took place, whatever came after it), still to come, refused,
   * dead number, closed unreached. `notSafe` of those still to come could not speak when they were rung.
   */
  coverage: Type.Object({
    planned: Type.Integer(),
    reached: Type.Integer(),
    refused: Type.Integer(),
    deadNumbers: Type.Integer(),
    waiting: Type.Integer(),
    notSafe: Type.Integer(),
    closedUnreached: Type.Integer(),
  }),
})
export type AuditRow = Static<typeof AuditRow>
/** Newest visit first. @property next goes into `after` for the following page; null on the last */
export const AuditList = Type.Object({ audits: Type.Array(AuditRow), next: Nullable(Type.String()) })
export type AuditList = Static<typeof AuditList>
export const AuditQuery = Type.Object({
  countryId: Type.Optional(CountryId),
  clientId: Type.Optional(Uuid),
  factoryId: Type.Optional(Uuid),
  status: Type.Optional(AuditStatus),
  /** Visits with a day between these, both included. */
  from: Type.Optional(CalendarDay),
  to: Type.Optional(CalendarDay),
  after: Type.Optional(Type.String({ maxLength: 200 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
})
export type AuditQuery = Static<typeof AuditQuery>
/**
 * `lastDate`: of a visit of several days. `auditorUserId`: one of the factory's auditors, named by a supervisor; whoever makes a visit
 * as an auditor does it.
 */
export const SaveAudit = Type.Object({
  factoryId: Uuid,
  auditDate: CalendarDay,
  lastDate: Type.Optional(CalendarDay),
  auditorUserId: Type.Optional(Nullable(Uuid)),
})
export type SaveAudit = Static<typeof SaveAudit>
/**
 * PATCH /api/audits/:id, while it is open: the right days, until callbacks are planned from them (the last day stays as far from the
 * first as it was unless it is named too); and, by a supervisor, who does the visit.
 */
export const ChangeAudit = Type.Partial(Type.Omit(SaveAudit, ['factoryId']), { minProperties: 1 })
export type ChangeAudit = Static<typeof ChangeAudit>

/** POST /api/audits/:id/interviews: the number goes in and never comes out again. */
export const AddInterview = Type.Object({
  alias: Type.Optional(Type.String({ maxLength: 80 })),
  phone: Type.String({ minLength: 4, maxLength: 40 }),
  languageCode: LanguageCode,
  slot: Slot,
  isSharedPhone: Type.Boolean(),
  consentMode: Type.Union([Type.Literal('spoken'), Type.Literal('written')]),
  mayShowCardNumber: Type.Boolean(),
})
export type AddInterview = Static<typeof AddInterview>

export const InterviewView = Type.Object({
  id: Uuid,
  alias: Nullable(Type.String()),
  languageCode: LanguageCode,
  slot: Slot,
  isSharedPhone: Type.Boolean(),
  /** The number was in this audit's roster already and "shared phone" was not ticked. */
  isDuplicateNumber: Type.Boolean(),
  createdAt: Instant,
})
export type InterviewView = Static<typeof InterviewView>

/** `interviews`: of a long list the 500 that were put on it last; `workers` counts all. */
export const AuditView = Type.Object({ ...AuditRow.properties, interviews: Type.Array(InterviewView) })
export type AuditView = Static<typeof AuditView>

/** POST /api/audits/:id/close: what was planned, and what could not be as asked, each with its sentence. */
export const CloseAuditResult = Type.Object({
  planned: Type.Integer(),
  alreadyPlanned: Type.Integer(),
  moved: Type.Array(Type.Object({ callbackReference: Type.String(), note: Type.String(), noteSaid: Type.Array(Said) })),
  warnings: Type.Array(Type.String()),
  /** Languages of these workers in which the client's questionnaire lacks words: their agent will read English and translate. */
  untranslated: Type.Array(Type.Object({ languageCode: LanguageCode, wanted: Type.Integer() })),
})
export type CloseAuditResult = Static<typeof CloseAuditResult>

/** GET /api/intake: all that an auditor's phone keeps to take workers without a connection; nothing of any worker. */
export const IntakeVisit = Type.Object({
  auditId: Uuid,
  factoryName: Name,
  countryId: CountryId,
  countryName: Type.String(),
  timeZone: Type.String(),
  auditDate: CalendarDay,
  lastDate: CalendarDay,
  /** The auditor is the one named for it: these come first. */
  isMine: Type.Boolean(),
  /** On the list so far, whoever put them there. */
  workers: Type.Integer(),
  /** Arrived, could not be put on the list and wait for a supervisor. */
  kept: Type.Integer(),
  languages: Type.Array(
    Type.Object({
      code: LanguageCode,
      ownName: Type.String(),
      direction: Type.Union([Type.Literal('ltr'), Type.Literal('rtl')]),
      /** What the worker agrees to; null where nobody has translated it. */
      consentText: Nullable(Type.String()),
      /** Spoken by a machine, for phones without a voice of their own: GET /api/intake/consent/:language. */
      hasConsentAudio: Type.Boolean(),
    }),
  ),
})
export type IntakeVisit = Static<typeof IntakeVisit>
export const IntakeSetup = Type.Object({
  auditor: Type.Object({ id: Uuid, displayName: Type.String() }),
  /** P-256, uncompressed point, base64url: phones seal each entry to it. */
  key: Type.Object({ id: Uuid, publicKey: Type.String() }),
  consentTextVersion: Type.Integer(),
  /** The open visits of the auditor's factories: those they are named for first, then newest first. */
  visits: Type.Array(IntakeVisit),
})
export type IntakeSetup = Static<typeof IntakeSetup>

/** What a phone seals, as JSON: an interview, and what only the phone knows of it. */
export const IntakeEntry = Type.Object({
  ...AddInterview.properties,
  /** By which the worker knows that it is us. */
  codeWord: Type.Optional(Type.String({ maxLength: 40 })),
  consentTextVersion: Type.Integer({ minimum: 1 }),
})
export type IntakeEntry = Static<typeof IntakeEntry>

/** POST /api/intake/:id/entries: entries of one visit, each sealed. Sent again they are the same entries. */
export const SyncIntake = Type.Object({
  entries: Type.Array(
    Type.Object({ entryId: Uuid, keyId: Uuid, sealed: Type.String({ pattern: '^[A-Za-z0-9_-]+$', minLength: 100, maxLength: 16_000 }) }),
    { minItems: 1, maxItems: 50 },
  ),
})
export type SyncIntake = Static<typeof SyncIntake>

/** What became of one entry. Only `accepted` and `kept` ones are ours now; the phone keeps the others. */
export const IntakeResult = Type.Union([
  Type.Object({ entryId: Uuid, status: Type.Literal('accepted'), isDuplicateNumber: Type.Boolean() }),
  Type.Object({ entryId: Uuid, status: Type.Literal('kept'), code: Type.String(), message: Type.String() }),
  Type.Object({ entryId: Uuid, status: Type.Literal('unopened'), code: Type.String(), message: Type.String() }),
])
export type IntakeResult = Static<typeof IntakeResult>
export const IntakeResults = Type.Object({ results: Type.Array(IntakeResult) })

/** GET /api/intake/:id/kept, for supervisors: why each is not on the list; what was entered stays sealed. */
export const KeptEntry = Type.Object({ id: Uuid, auditId: Uuid, code: Type.String(), message: Type.String(), arrivedAt: Instant })
export type KeptEntry = Static<typeof KeptEntry>
export const KeptEntryList = Type.Object({ entries: Type.Array(KeptEntry) })

export const MissReason = Type.Union([
  Type.Literal('no-agent'),
  Type.Literal('no-shift'),
  Type.Literal('too-few-channels'),
  Type.Literal('too-few-agents'),
  /** The hours asked for never fall into those in which the country may be called. */
  Type.Literal('never-open'),
])
export type MissReason = Static<typeof MissReason>

/**
 * GET /api/audits/:id/feasibility: would all callbacks that closing plans be kept on their first day, if everybody answered?
 * `groups`: alike in language, day and hours, those that do not fit first, at most 200.
 */
export const Feasibility = Type.Object({
  wanted: Type.Integer(),
  fits: Type.Integer(),
  minutesPerCallback: Type.Integer(),
  /** Languages of workers in which the client's questionnaire lacks words: their agent would read English and translate. */
  untranslated: Type.Array(Type.Object({ languageCode: LanguageCode, wanted: Type.Integer() })),
  groups: Type.Array(
    Type.Object({
      languageCode: LanguageCode,
      date: CalendarDay,
      startLocal: Type.String(),
      endLocal: Type.String(),
      wanted: Type.Integer(),
      fits: Type.Integer(),
      /** Certified in the language and on shift some time in these hours. */
      agents: Type.Integer(),
      reason: Nullable(MissReason),
      /** More agents on shift, or channels, that all of them would take. */
      moreNeeded: Type.Integer(),
      /** What to do about it, one English sentence; null when all fit. */
      advice: Nullable(Type.String()),
    }),
  ),
})
export type Feasibility = Static<typeof Feasibility>

/** What a column of a roster's file may hold. */
export const ImportField = Type.Union([
  Type.Literal('phone'),
  Type.Literal('alias'),
  Type.Literal('language'),
  Type.Literal('days'),
  Type.Literal('from'),
  Type.Literal('to'),
  Type.Literal('shared'),
  Type.Literal('consent'),
  Type.Literal('showCard'),
  Type.Literal('codeWord'),
])
export type ImportField = Static<typeof ImportField>

/** Which column (0 is the first) holds what; fields without a column are the same for all rows. */
export const ImportMapping = Type.Partial(Type.Record(ImportField, Type.Integer({ minimum: 0, maximum: 99 })))
export type ImportMapping = Static<typeof ImportMapping>

/** POST /api/audits/:id/imports, as JSON in the field `plan` before the file. `defaults`: for rows that leave it empty. */
export const ImportPlan = Type.Object({
  columns: ImportMapping,
  defaults: Type.Object({
    languageCode: Type.Optional(LanguageCode),
    consentMode: Type.Optional(AddInterview.properties.consentMode),
    slot: Type.Optional(Slot),
  }),
})
export type ImportPlan = Static<typeof ImportPlan>
export const ImportQuery = Type.Object({ isDryRun: Type.Boolean() })

/** POST /api/audits/:id/imports/columns: what the file looks like, and what its columns are likely to be. */
export const ImportColumns = Type.Object({
  columns: Type.Array(Type.Object({ header: Type.String(), filledRows: Type.Integer() })),
  rows: Type.Integer(),
  mapping: ImportMapping,
})
export type ImportColumns = Static<typeof ImportColumns>

/** What to write instead, in which row (1 is the header's) and column. Never what the cell holds. */
export const ImportProblem = Type.Object({
  row: Type.Integer(),
  column: Nullable(Type.String()),
  field: Nullable(ImportField),
  code: Type.String(),
  message: Type.String(),
})
export type ImportProblem = Static<typeof ImportProblem>

/** GET /api/audits/:id/imports/:importId, while it goes on and after. A dry run counts what would be added. */
export const ImportView = Type.Object({
  id: Uuid,
  isDryRun: Type.Boolean(),
  status: Type.Union([Type.Literal('running'), Type.Literal('done'), Type.Literal('failed')]),
  /** Null while the file is being read. */
  rowsTotal: Nullable(Type.Integer()),
  rowsDone: Type.Integer(),
  added: Type.Integer(),
  /** On the list already. */
  known: Type.Integer(),
  wrong: Type.Integer(),
  /** Of the wrong rows, the first ones. */
  problems: Type.Array(ImportProblem),
  message: Nullable(Type.String()),
  startedAt: Instant,
})
export type ImportView = Static<typeof ImportView>
export const ImportList = Type.Object({ imports: Type.Array(ImportView) })

/**
 * GET /api/questionnaires/spoken: what workers speak who are asked with each questionnaire, by the factories of its clients; the
 * standard one's are those that have none of their own.
 */
export const SpokenLanguages = Type.Object({
  spoken: Type.Array(Type.Object({ questionnaireId: Uuid, languageCode: LanguageCode, factories: Type.Integer() })),
})
export type SpokenLanguages = Static<typeof SpokenLanguages>
