import { Type, type TSchema } from 'typebox'

/** A row's id, in the one spelling we give it: Postgres takes capitals for the same id, our own comparisons would not. */
export const Uuid = Type.String({ format: 'uuid', pattern: '^[0-9a-f-]{36}$' })
/** An instant in UTC, ISO 8601, for example "2026-12-01T09:30:00.000Z"; no leap second, which no Date can hold. */
export const Instant = Type.String({ format: 'date-time', pattern: ':[0-5][0-9](\\.[0-9]+)?([Zz]|[+-][0-9:]{5})$' })
/** A calendar day without a zone, "2026-12-01". */
export const CalendarDay = Type.String({ format: 'date' })
/** A wall-clock time, "09:30"; the zone is named beside it. */
export const LocalTime = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' })
export const CountryId = Type.String({ pattern: '^[A-Z]{2}$' })
export const LanguageCode = Type.String({ pattern: '^[a-z]{2,3}$' })

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
/** A page by keyset: `next` goes into `?after=` for the following page, null on the last. */
export const Page = <T extends TSchema>(item: T) => Type.Object({ items: Type.Array(item), next: Nullable(Type.String()) })
/**
 * A sentence of the service as data, so that a screen can say it in its own language: `code` and what fills it in, and `text` in
 * English. Code `words`: somebody wrote it, or it has no code.
 */
export const Said = Type.Object({ code: Type.String(), params: Type.Record(Type.String(), Type.String()), text: Type.String() })
export const IdParams = Type.Object({ id: Uuid })
export const Done = Type.Object({ ok: Type.Literal(true) })
