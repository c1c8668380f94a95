import { Type, type Static } from 'typebox'
import { CalendarDay, CountryId, Instant, Nullable, Page, Uuid } from '../../platform/http/schema.ts'

export const CASE_CATEGORIES = [
  'forced-labour',
  'child-labour',
  'freedom-of-association',
  'discrimination',
  'harassment-and-abuse',
  'wages-and-benefits',
  'working-hours',
  'health-and-safety',
  'living-conditions',
  'recruitment-fees',
  'discipline-and-dismissal',
  'retaliation',
  'audit-integrity',
  'other',
] as const
export const CaseCategory = Type.Enum([...CASE_CATEGORIES])
export type CaseCategory = (typeof CASE_CATEGORIES)[number]

export const Severity = Type.Union([Type.Literal('critical'), Type.Literal('high'), Type.Literal('medium'), Type.Literal('low')])
export type Severity = Static<typeof Severity>
export const WorkerWish = Type.Union([Type.Literal('confidential'), Type.Literal('anonymous'), Type.Literal('named')])
export const Finding = Type.Union([Type.Literal('violation'), Type.Literal('substantiated'), Type.Literal('not-substantiated')])
export type Finding = Static<typeof Finding>
export const CaseStatus = Type.Union([Type.Literal('open'), Type.Literal('in-review'), Type.Literal('action'), Type.Literal('closed')])

/** POST /api/cases: from a callback whose agent you are, or from a message you may hear; one of the two. Severity is raised by rule for the gravest categories. */
export const OpenCase = Type.Object({
  callbackId: Type.Optional(Uuid),
  voicemailId: Type.Optional(Uuid),
  category: CaseCategory,
  severity: Severity,
  workerWish: WorkerWish,
  peopleAffected: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  summary: Type.String({ minLength: 3, maxLength: 8000 }),
})
export type OpenCase = Static<typeof OpenCase>

export const CaseRow = Type.Object({
  id: Uuid,
  reference: Type.String(),
  category: CaseCategory,
  severity: Severity,
  status: CaseStatus,
  countryId: CountryId,
  factoryName: Nullable(Type.String()),
  finding: Nullable(Finding),
  createdAt: Instant,
})
export type CaseRow = Static<typeof CaseRow>
export const CasePage = Page(CaseRow)
export type CasePage = Static<typeof CasePage>

export const CaseQuery = Type.Object({
  callbackId: Type.Optional(Uuid),
  after: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})

export type CaseQuery = Static<typeof CaseQuery>

/** What the client decided about a finding. */
export const Decision = Type.Union([
  Type.Literal('remedy-agreed'),
  Type.Literal('warning'),
  Type.Literal('work-suspended'),
  Type.Literal('work-ended'),
  Type.Literal('no-action'),
])
export type Decision = Static<typeof Decision>

/** PUT /api/cases/:id/client-decision (case-handler); a finding comes first. Saying it again replaces it. */
export const ClientDecision = Type.Object({
  decision: Decision,
  /** Not after today. */
  decidedOn: CalendarDay,
  note: Type.String({ minLength: 3, maxLength: 2000 }),
})
export type ClientDecision = Static<typeof ClientDecision>

export const CaseView = Type.Object({
  ...CaseRow.properties,
  callbackId: Nullable(Uuid),
  voicemailId: Nullable(Uuid),
  workerWish: WorkerWish,
  peopleAffected: Nullable(Type.Integer()),
  summary: Type.String(),
  /** Why it was found so; null for agents, and until something is found. */
  findingReason: Nullable(Type.String()),
  /** Null for agents, and until it is known. */
  clientDecision: Nullable(ClientDecision),
})
export type CaseView = Static<typeof CaseView>

/** POST /api/cases/:id/finding (case-handler). */
export const NameFinding = Type.Object({ finding: Finding, reason: Type.String({ minLength: 3, maxLength: 2000 }) })
export type NameFinding = Static<typeof NameFinding>
