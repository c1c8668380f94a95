import { Type, type Static } from 'typebox'
import { CountryId, LanguageCode, LocalTime } from '../../platform/http/schema.ts'

export const Language = Type.Object({
  code: LanguageCode,
  ownName: Type.String(),
  direction: Type.Union([Type.Literal('ltr'), Type.Literal('rtl')]),
  isTallScript: Type.Boolean(),
})
export type Language = Static<typeof Language>

export const Country = Type.Object({
  id: CountryId,
  name: Type.String(),
  callingCode: Type.String(),
  timeZone: Type.String(),
  languages: Type.Array(Language),
  opensAtLocal: LocalTime,
  closesAtLocal: LocalTime,
  openWeekdays: Type.Array(Type.Integer({ minimum: 1, maximum: 7 })),
  /** E.164; the number on the card. */
  cardDid: Type.String(),
  /** E.164; shown when we call, printed nowhere: who knows it can find it in a worker's phone. Only for those who run the hotline. */
  callbackDid: Type.Optional(Type.String()),
  trunk: Type.Object({
    id: Type.String(),
    maxChannels: Type.Integer(),
    pausedReason: Type.Union([Type.String(), Type.Null()]),
  }),
})
export type Country = Static<typeof Country>

export const CountryList = Type.Object({ countries: Type.Array(Country) })
export type CountryList = Static<typeof CountryList>
