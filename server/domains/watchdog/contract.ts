import { Type, type Static } from 'typebox'
import { CountryId, Instant, LanguageCode, Nullable, Page, Uuid } from '../../platform/http/schema.ts'

export const LineKind = Type.Union([Type.Literal('card'), Type.Literal('callback')])
export type LineKind = Static<typeof LineKind>

/** trunk: over the carrier and back; loop: into our own dialplan, where the carrier allows no call to itself. */
export const CheckWay = Type.Union([Type.Literal('trunk'), Type.Literal('loop'), Type.Literal('off')])
export type CheckWay = Static<typeof CheckWay>

/** What a finished check found; the migration's comment says what each means. */
export const CheckVerdict = Type.Union([
  Type.Literal('ok'),
  Type.Literal('silent'),
  Type.Literal('unclear'),
  Type.Literal('wrong-language'),
  Type.Literal('unanswered'),
  Type.Literal('unrecognised'),
  Type.Literal('lost'),
  Type.Literal('not-made'),
])
export type CheckVerdict = Static<typeof CheckVerdict>

const Kind = Type.Union([Type.Literal('call'), Type.Literal('text')])
const Way = Type.Union([Type.Literal('trunk'), Type.Literal('loop')])

/** `verdict` null: under way. `answeredAfterMs`: from dialling to the answer. `detail`: one remark for who repairs it, English. */
export const CheckView = Type.Object({
  id: Uuid,
  kind: Kind,
  way: Way,
  startedAt: Instant,
  finishedAt: Nullable(Instant),
  verdict: Nullable(CheckVerdict),
  expectedLanguageCode: Nullable(LanguageCode),
  heardLanguageCode: Nullable(LanguageCode),
  answeredAfterMs: Nullable(Type.Integer()),
  detail: Nullable(Type.String()),
  /** A person asked for it. */
  isRequested: Type.Boolean(),
})
export type CheckView = Static<typeof CheckView>

/** One number of ours, how it is checked, and its newest check of each kind. `nextAt` null: not planned yet, or off. */
export const NumberView = Type.Object({
  countryId: CountryId,
  countryName: Type.String(),
  kind: LineKind,
  /** E.164. */
  did: Type.String(),
  callWay: CheckWay,
  textWay: CheckWay,
  everyMinutes: Type.Integer(),
  nextAt: Nullable(Instant),
  /** Null: the line refuses calls and rings back, so nothing is to be heard. */
  expectedLanguageCode: Nullable(LanguageCode),
  lastCall: Nullable(CheckView),
  lastText: Nullable(CheckView),
})
export type NumberView = Static<typeof NumberView>

export const NumberList = Type.Object({ numbers: Type.Array(NumberView) })
export type NumberList = Static<typeof NumberList>

export const NumberParams = Type.Object({ countryId: CountryId, kind: LineKind })

export const ChangeWatch = Type.Object({
  callWay: Type.Optional(CheckWay),
  textWay: Type.Optional(CheckWay),
  everyMinutes: Type.Optional(Type.Integer({ minimum: 5, maximum: 10_080 })),
})
export type ChangeWatch = Static<typeof ChangeWatch>

export const CheckPage = Page(CheckView)
export type CheckPage = Static<typeof CheckPage>
export const CheckQuery = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 300 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 20 })),
})
export type CheckQuery = Static<typeof CheckQuery>

/** One change of topic "numbers"; its snapshot is a NumberList. */
export const NumberChange = Type.Object({ kind: Type.Literal('number'), number: NumberView })
export type NumberChange = Static<typeof NumberChange>
