import { Type, type Static } from 'typebox'
import { CalendarDay, CountryId, Instant, LanguageCode, Nullable, Uuid } from '../../platform/http/schema.ts'
import { Slot } from '../callbacks/contract.ts'

const Name = Type.String({ minLength: 1, maxLength: 200 })

export const ClientView = Type.Object({ id: Uuid, name: Name, callbackOffsetDays: Type.Integer() })
export type ClientView = Static<typeof ClientView>
export const ClientList = Type.Object({ clients: Type.Array(ClientView) })
export const SaveClient = Type.Object({ name: Name, callbackOffsetDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 30 })) })

export type SaveClient = Static<typeof SaveClient>

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

export const AuditStatus = Type.Union([Type.Literal('open'), Type.Literal('closed')])
export const AuditRow = Type.Object({
  id: Uuid,
  factoryId: Uuid,
  factoryName: Name,
  clientName: Name,
  countryId: CountryId,
  timeZone: Type.String(),
  auditDate: CalendarDay,
  status: AuditStatus,
  closedAt: Nullable(Instant),
  workers: Type.Integer(),
  /** Of the planned callbacks: how many reached, refused, dead, still to come. */
  coverage: Type.Object({
    planned: Type.Integer(),
    reached: Type.Integer(),
    refused: Type.Integer(),
    deadNumbers: Type.Integer(),
    waiting: Type.Integer(),
    closedUnreached: Type.Integer(),
  }),
})
export type AuditRow = Static<typeof AuditRow>
export const AuditList = Type.Object({ audits: Type.Array(AuditRow) })
export const SaveAudit = Type.Object({ factoryId: Uuid, auditDate: CalendarDay })

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

export const AuditView = Type.Object({ ...AuditRow.properties, interviews: Type.Array(InterviewView) })
export type AuditView = Static<typeof AuditView>

/** POST /api/audits/:id/close: what was planned, and what could not be as asked, each with its sentence. */
export const CloseAuditResult = Type.Object({
  planned: Type.Integer(),
  alreadyPlanned: Type.Integer(),
  moved: Type.Array(Type.Object({ callbackReference: Type.String(), note: Type.String() })),
  warnings: Type.Array(Type.String()),
})
export type CloseAuditResult = Static<typeof CloseAuditResult>
