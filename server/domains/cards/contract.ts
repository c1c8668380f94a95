import { Type, type Static } from 'typebox'
import { CountryId, Instant, LanguageCode, Nullable, Uuid } from '../../platform/http/schema.ts'

/** What is printed on a card, in the worker's language; null where nobody has written it yet. */
export const CardWords = Type.Object({
  /** Stands above the number. */
  invitation: Type.String(),
  /** Below it, one line each. */
  lines: Type.Array(Type.String()),
})
export type CardWords = Static<typeof CardWords>

export const Card = Type.Object({
  languageCode: LanguageCode,
  ownName: Type.String(),
  direction: Type.Union([Type.Literal('ltr'), Type.Literal('rtl')]),
  isTallScript: Type.Boolean(),
  /** Named among the factory's languages; the country's others can be printed too. */
  isOfFactory: Type.Boolean(),
  words: Nullable(CardWords),
})
export type Card = Static<typeof Card>

export const CardBatch = Type.Object({
  id: Uuid,
  languageCode: LanguageCode,
  cards: Type.Integer(),
  /** E.164: the number that was printed. */
  did: Type.String(),
  issuedAt: Instant,
  issuedByName: Type.String(),
})
export type CardBatch = Static<typeof CardBatch>

/** GET /api/audits/:id/cards */
export const CardSet = Type.Object({
  auditId: Uuid,
  factoryName: Type.String(),
  countryId: CountryId,
  timeZone: Type.String(),
  /** E.164: called and texted. */
  did: Type.String(),
  /** The same as people of the country write it. */
  nationalNumber: Type.String(),
  cards: Type.Array(Card),
  /** Languages of the factory that the country's line does not speak: no card can be printed in them. */
  unservedLanguageCodes: Type.Array(LanguageCode),
  batches: Type.Array(CardBatch),
})
export type CardSet = Static<typeof CardSet>

/** POST /api/audits/:id/card-batches: they were handed out. */
export const IssueCards = Type.Object({ languageCode: LanguageCode, cards: Type.Integer({ minimum: 1, maximum: 10_000 }) })
export type IssueCards = Static<typeof IssueCards>
