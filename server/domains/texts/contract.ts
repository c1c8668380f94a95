import { Type, type Static } from 'typebox'
import { CountryId, Instant, LanguageCode, Nullable, Page, Uuid } from '../../platform/http/schema.ts'

export const TextState = Type.Union([
  Type.Literal('received'),
  Type.Literal('queued'),
  Type.Literal('handed-over'),
  Type.Literal('delivered'),
  Type.Literal('failed'),
])
export type TextState = Static<typeof TextState>

/** Why a text was not sent, or perhaps not. */
export const TextTrouble = Type.Union([
  Type.Literal('uncertain'),
  Type.Literal('stopped'),
  Type.Literal('not-allowed'),
  Type.Literal('gateway-refused'),
  Type.Literal('gateway-away'),
  Type.Literal('not-delivered'),
  Type.Literal('erased'),
])
export type TextTrouble = Static<typeof TextTrouble>

const Direction = Type.Union([Type.Literal('in'), Type.Literal('out')])
export const Template = Type.Union([
  Type.Literal('thanks'),
  Type.Literal('we-will-call'),
  Type.Literal('when-to-call'),
  Type.Literal('please-ring'),
])
export type Template = Static<typeof Template>

/** One number's texts, without the number and without a word of them. */
export const ConversationView = Type.Object({
  id: Uuid,
  reference: Type.String(),
  countryId: CountryId,
  languageCode: LanguageCode,
  timeZone: Type.String(),
  sender: Type.Union([Type.Literal('kept'), Type.Literal('withheld'), Type.Literal('unusable')]),
  callbackId: Nullable(Uuid),
  callbackReference: Nullable(Type.String()),
  unreadCount: Type.Integer(),
  lastTextAt: Instant,
  lastDirection: Direction,
  lastState: TextState,
  /** They wrote STOP, or refused on the phone. */
  isStopped: Type.Boolean(),
  /** `free`: they wrote first; `templates`: only the neutral sentences; `none`: no number, or they asked for silence. */
  mayReply: Type.Union([Type.Literal('free'), Type.Literal('templates'), Type.Literal('none')]),
})
export type ConversationView = Static<typeof ConversationView>
export const ConversationPage = Page(ConversationView)
export type ConversationPage = Static<typeof ConversationPage>

/** GET /api/texts: conversations, newest first. */
export const ConversationQuery = Type.Object({
  countryId: Type.Optional(CountryId),
  callbackId: Type.Optional(Uuid),
  isUnread: Type.Optional(Type.Boolean()),
  after: Type.Optional(Type.String({ maxLength: 300 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type ConversationQuery = Static<typeof ConversationQuery>

/** One text. `body` is made fit to be shown: control signs and overrides of direction appear as `\u{202E}`; null when it was erased. */
export const TextView = Type.Object({
  id: Uuid,
  direction: Direction,
  languageCode: LanguageCode,
  body: Nullable(Type.String()),
  isCutOff: Type.Boolean(),
  command: Nullable(Type.Union([Type.Literal('stop'), Type.Literal('start')])),
  hasPin: Type.Boolean(),
  isAutomatic: Type.Boolean(),
  authorName: Nullable(Type.String()),
  state: TextState,
  trouble: Nullable(TextTrouble),
  happenedAt: Instant,
})
export type TextView = Static<typeof TextView>

/** GET /api/texts/:id/messages: newest first; reading them is written down and takes the unread mark away. */
export const TextPage = Type.Object({
  ...Page(TextView).properties,
  templates: Type.Array(Type.Object({ name: Template, body: Type.String() })),
})
export type TextPage = Static<typeof TextPage>
export const TextQuery = Type.Object({
  after: Type.Optional(Type.String({ maxLength: 300 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
})
export type TextQuery = Static<typeof TextQuery>

/** POST /api/texts/:id/reply: a template or words of one's own. The same `requestId` again sends nothing twice. */
export const Reply = Type.Object({
  requestId: Uuid,
  template: Type.Optional(Template),
  body: Type.Optional(Type.String({ minLength: 1, maxLength: 1600 })),
})
export type Reply = Static<typeof Reply>

/** POST /api/texts: writes one of the neutral sentences to the worker of a callback. */
export const WriteFirst = Type.Object({ requestId: Uuid, callbackId: Uuid, template: Template })
export type WriteFirst = Static<typeof WriteFirst>

export const GatewayView = Type.Object({
  id: Uuid,
  countryId: CountryId,
  name: Type.String(),
  sendUrl: Nullable(Type.String()),
  isActive: Type.Boolean(),
  lastReceivedAt: Nullable(Instant),
  lastHandedOverAt: Nullable(Instant),
  lastTrouble: Nullable(Type.String()),
  lastTroubleAt: Nullable(Instant),
})
export type GatewayView = Static<typeof GatewayView>

/** How a country's texts go; `gateway` null: by SIP MESSAGE over its trunk. */
export const TextSetUp = Type.Object({
  countryId: CountryId,
  name: Type.String(),
  isTextReplyOn: Type.Boolean(),
  gateway: Nullable(GatewayView),
})
export type TextSetUp = Static<typeof TextSetUp>
export const TextSetUpList = Type.Object({ countries: Type.Array(TextSetUp) })
export type TextSetUpList = Static<typeof TextSetUpList>

const GatewayName = Type.String({ minLength: 1, maxLength: 80 })
const SendUrl = Nullable(Type.String({ minLength: 8, maxLength: 500 }))
/** POST /api/text-gateways */
export const CreateGateway = Type.Object({ countryId: CountryId, name: GatewayName, sendUrl: SendUrl })
export type CreateGateway = Static<typeof CreateGateway>
/** PATCH /api/text-gateways/:id */
export const ChangeGateway = Type.Object({
  name: Type.Optional(GatewayName),
  sendUrl: Type.Optional(SendUrl),
  isActive: Type.Optional(Type.Boolean()),
})
export type ChangeGateway = Static<typeof ChangeGateway>
/** The secret is shown once, when it is made. */
export const GatewayWithSecret = Type.Object({ gateway: GatewayView, secret: Type.String() })
export type GatewayWithSecret = Static<typeof GatewayWithSecret>

/** POST /api/text-setup/:countryId/test: a neutral sentence to our own card number, the way workers' texts go. */
export const TestResult = Type.Object({
  isOk: Type.Boolean(),
  via: Type.Union([Type.Literal('http'), Type.Literal('sip')]),
  message: Type.String(),
})
export type TestResult = Static<typeof TestResult>
export const SetTextReply = Type.Object({ isOn: Type.Boolean() })

/** What a gateway posts when a text came: its own id (the same id again is the same text), sender, our number, the words whole. */
export const IncomingText = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 200 }),
  from: Type.String({ maxLength: 100 }),
  to: Type.Optional(Type.String({ maxLength: 100 })),
  text: Type.String({ maxLength: 60_000 }),
  sentAt: Type.Optional(Instant),
})
export type IncomingText = Static<typeof IncomingText>
/** `isNew` false: it was kept before. */
export const Kept = Type.Object({ id: Uuid, isNew: Type.Boolean() })

/** What a gateway posts of a text it took: `id` is ours, or the one it answered with. */
export const DeliveryReport = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 200 }),
  status: Type.Union([Type.Literal('delivered'), Type.Literal('failed')]),
})
export type DeliveryReport = Static<typeof DeliveryReport>

/** One change of topic "texts"; its snapshot is a ConversationPage. */
export const ConversationChange = Type.Union([
  Type.Object({ kind: Type.Literal('conversation'), conversation: ConversationView }),
  Type.Object({ kind: Type.Literal('conversation-gone'), id: Uuid }),
])
export type ConversationChange = Static<typeof ConversationChange>
