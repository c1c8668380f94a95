import { Type, type Static } from 'typebox'
import { CountryId, LanguageCode, LocalTime, Said } from '../../platform/http/schema.ts'

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
    pausedReasonSaid: Type.Array(Said),
  }),
})
export type Country = Static<typeof Country>

export const CountryList = Type.Object({ countries: Type.Array(Country) })
export type CountryList = Static<typeof CountryList>

const carrierSettings = {
  carrierHost: Type.String({ pattern: '^[a-z0-9][a-z0-9.:-]{0,252}$' }),
  carrierPort: Type.Integer({ minimum: 1, maximum: 65_535 }),
  transport: Type.Union([Type.Literal('udp'), Type.Literal('tcp'), Type.Literal('tls')]),
  /** SRTP: `offered` falls back to plain audio. */
  mediaEncryption: Type.Union([Type.Literal('none'), Type.Literal('offered'), Type.Literal('required')]),
  /** How numbers are sent: +8801…, 8801…, 01…. */
  numberFormat: Type.Union([Type.Literal('e164'), Type.Literal('digits'), Type.Literal('national')]),
  /** Digits before each number that is dialled. */
  dialPrefix: Type.String({ pattern: '^[0-9]{0,10}$' }),
  identityHeader: Type.Union([Type.Literal('P-Asserted-Identity'), Type.Literal('P-Preferred-Identity'), Type.Null()]),
  sessionTimers: Type.Union([Type.Literal('off'), Type.Literal('accept'), Type.Literal('require')]),
  answersOptions: Type.Boolean(),
  /** IP addresses besides the host's that the carrier's calls come from. */
  furtherSources: Type.Array(Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })]), { maxItems: 20 }),
}

/** How a trunk's carrier wants to be spoken to. The password of the log-in is never shown. */
export const Carrier = Type.Object({
  trunkId: Type.String(),
  countryId: CountryId,
  ...carrierSettings,
  loginUser: Type.Union([Type.String(), Type.Null()]),
})
export type Carrier = Static<typeof Carrier>

/** PUT /api/trunks/:id/carrier. A log-in without a password keeps the one there is; null logs in no more. */
export const SaveCarrier = Type.Object({
  ...carrierSettings,
  login: Type.Union([
    Type.Object({
      user: Type.String({ pattern: '^[A-Za-z0-9+_.-]{1,64}$' }),
      password: Type.Optional(Type.String({ pattern: '^[!-:<-\\[\\]-z|~]{8,128}$' })),
    }),
    Type.Null(),
  ]),
})
export type SaveCarrier = Static<typeof SaveCarrier>
