import { Type, type Static } from 'typebox'
import { CalendarDay, CountryId, Instant, LanguageCode, LocalTime, Nullable, Said } from '../../platform/http/schema.ts'

export const Language = Type.Object({
  code: LanguageCode,
  ownName: Type.String(),
  direction: Type.Union([Type.Literal('ltr'), Type.Literal('rtl')]),
  isTallScript: Type.Boolean(),
})
export type Language = Static<typeof Language>

export const LanguageList = Type.Object({ languages: Type.Array(Language) })

export const TrunkId = Type.String({ pattern: '^(?!(trunk|agent)(-|$))[a-z][a-z0-9-]{1,30}$' })
/** @property pausedReason why no call goes out over it; null: they do @property resumesAt by itself; null: when a person resumes it */
export const Trunk = Type.Object({
  id: Type.String(),
  maxChannels: Type.Integer(),
  pausedReason: Nullable(Type.String()),
  pausedReasonSaid: Type.Array(Said),
  resumesAt: Nullable(Instant),
})
export type Trunk = Static<typeof Trunk>

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
  /** In the order in which calls out try them; they stop when all are paused. */
  trunks: Type.Array(Trunk),
})
export type Country = Static<typeof Country>

export const CountryList = Type.Object({ countries: Type.Array(Country) })
export type CountryList = Static<typeof CountryList>

const IdentityHeader = Type.Union([
  Type.Literal('P-Asserted-Identity'),
  Type.Literal('P-Preferred-Identity'),
  Type.Literal('Remote-Party-ID'),
])
export type IdentityHeader = Static<typeof IdentityHeader>

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
  /** A header that names our number besides From. */
  identityHeader: Nullable(IdentityHeader),
  sessionTimers: Type.Union([Type.Literal('off'), Type.Literal('accept'), Type.Literal('require')]),
  answersOptions: Type.Boolean(),
  /** IP addresses besides the host's that the carrier's calls come from. */
  furtherSources: Type.Array(Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })]), { maxItems: 20 }),
  /** Calls at one time, ours and the workers'. When all are in use the next trunk takes the call. */
  maxChannels: Type.Integer({ minimum: 1, maximum: 500 }),
  /** Over it, or the minutes of a day, the trunk is paused until a person has looked. */
  maxCallsPerHour: Type.Integer({ minimum: 1, maximum: 100_000 }),
  maxMinutesPerDay: Type.Integer({ minimum: 1, maximum: 100_000 }),
  maxCallSeconds: Type.Integer({ minimum: 60, maximum: 14_400 }),
}

/** POST /api/lines/:countryId/trunks: a further trunk, as most carriers have it until its carrier is set. */
export const AddTrunk = Type.Object({ id: TrunkId, carrierHost: carrierSettings.carrierHost, carrierPort: carrierSettings.carrierPort })
export type AddTrunk = Static<typeof AddTrunk>
/** PUT /api/lines/:countryId/trunks: each of the country's trunks once, in the order in which calls out try them. */
export const OrderTrunks = Type.Object({ trunkIds: Type.Array(TrunkId, { minItems: 1, maxItems: 9, uniqueItems: true }) })
/** POST /api/trunks/:id/pause */
export const PauseTrunk = Type.Object({ reason: Type.String({ minLength: 3, maxLength: 300 }) })

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

const Period = Type.Object({ opensAtLocal: LocalTime, closesAtLocal: LocalTime })
/** Weekdays are ISO, 1 Monday to 7 Sunday; without a period it is closed; an end of 23:59 means midnight. */
export const Week = Type.Array(
  Type.Object({ weekday: Type.Integer({ minimum: 1, maximum: 7 }), periods: Type.Array(Period, { maxItems: 4 }) }),
  { minItems: 7, maxItems: 7 },
)
export type Week = Static<typeof Week>

const AnsweringMode = Type.Union([Type.Literal('answer'), Type.Literal('free-announcement'), Type.Literal('ring-and-hang-up')])

/** What callers meet now. @property sentence in English, for whoever has no console */
export const LineState = Type.Object({
  now: Type.Union([
    Type.Object({ kind: Type.Literal('open'), until: Nullable(Instant) }),
    Type.Object({
      kind: Type.Literal('closed'),
      because: Type.Union([Type.Literal('holiday'), Type.Literal('weekday'), Type.Literal('hour')]),
      holiday: Nullable(Type.String()),
      opensAt: Nullable(Instant),
    }),
  ]),
  sentence: Type.String(),
  meets: Type.Union([
    Type.Literal('agents'),
    Type.Literal('message'),
    Type.Literal('closed-message'),
    Type.Literal('free-announcement'),
    Type.Literal('ring-and-hang-up'),
  ]),
})
export type LineState = Static<typeof LineState>

const lineFacts = {
  countryId: CountryId,
  countryName: Type.String(),
  callingCode: Type.String(),
  timeZone: Type.String(),
  numbers: Type.Array(
    Type.Object({
      kind: Type.Union([Type.Literal('card'), Type.Literal('callback')]),
      /** E.164. */
      did: Type.String(),
      trunkId: Type.String(),
      fixedLanguageCode: Nullable(LanguageCode),
    }),
  ),
  answeringMode: AnsweringMode,
  emergencyNumber: Nullable(Type.String()),
  queueLimitSeconds: Type.Integer(),
  missedCallWindowMinutes: Type.Integer(),
  isTextReplyOn: Type.Boolean(),
  /** In the order in which calls out try them. Calls come in over each. */
  trunks: Type.Array(Trunk),
  state: LineState,
  /** False: Asterisk's configuration was written before the latest change that concerns it, and must be written and read again. */
  isAsteriskTold: Type.Boolean(),
  toldAsteriskAt: Nullable(Instant),
}

export const LineRow = Type.Object(lineFacts)
export type LineRow = Static<typeof LineRow>
export const LineList = Type.Object({ lines: Type.Array(LineRow) })
export type LineList = Static<typeof LineList>

/** @property from the region's calendar, or our own list @property isOpen worked on though a calendar has it as a holiday */
export const LineHoliday = Type.Object({
  date: CalendarDay,
  name: Type.String(),
  ownName: Nullable(Type.String()),
  from: Type.Union([Type.Literal('region'), Type.Literal('own')]),
  isOpen: Type.Boolean(),
})
export type LineHoliday = Static<typeof LineHoliday>

/** GET /api/lines/:countryId. @property languages in the order of the menu @property holidays of the next 366 days */
export const LineSetUp = Type.Object({
  ...lineFacts,
  languages: Type.Array(Language),
  week: Week,
  holidayRegion: Nullable(Type.String()),
  holidays: Type.Array(LineHoliday),
})
export type LineSetUp = Static<typeof LineSetUp>

const RegionCode = Type.String({ pattern: '^[A-Z]{2}(-[A-Z0-9]{1,3})?$' })
/** Regions whose public holidays are known; a country's own code is all of it. */
export const RegionList = Type.Object({ regions: Type.Array(Type.Object({ code: RegionCode, name: Type.String() })) })

export const SaveHours = Type.Object({ week: Week })
/** Null: only the days of our own list. */
export const SaveRegion = Type.Object({ region: Nullable(RegionCode) })
/** A day of our own. @property isOpen true strikes out a day of the region's calendar; false closes it under this name */
export const SaveHoliday = Type.Object({ name: Type.String({ minLength: 1, maxLength: 100 }), isOpen: Type.Boolean() })
export type SaveHoliday = Static<typeof SaveHoliday>

/** PUT /api/lines/:countryId, all of it. Languages are added where their prompts are published; here they change places or leave. */
export const SaveLine = Type.Object({
  timeZone: Type.String({ maxLength: 60 }),
  languageCodes: Type.Array(LanguageCode, { minItems: 1, maxItems: 9 }),
  answeringMode: AnsweringMode,
  emergencyNumber: Nullable(Type.String({ pattern: '^[0-9]{2,6}$' })),
  queueLimitSeconds: Type.Integer({ minimum: 0, maximum: 900 }),
  missedCallWindowMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
  isTextReplyOn: Type.Boolean(),
  card: Type.Object({ did: Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$' }), fixedLanguageCode: Nullable(LanguageCode) }),
  callback: Type.Object({ did: Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$' }), fixedLanguageCode: Nullable(LanguageCode) }),
})
export type SaveLine = Static<typeof SaveLine>
