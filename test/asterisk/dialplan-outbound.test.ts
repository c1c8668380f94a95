import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { outboundDial, outboundFormats, outboundVariables, splitCause, type LineKind } from '../../asterisk-config/names.ts'
import type { AriLink } from '../../server/telephony/ari/face.ts'
import type { TelephonyEvent, TelephonyEventOf } from '../../server/telephony/ari/events.ts'
import { answers, rejects, ringsForever, type CallHandler, type IncomingCall } from '../helpers/phone/index.ts'
import { connectCaller } from './calling-out.ts'
import { shareHeard } from './dialplan-ears.ts'
import { BANGLADESH, startSite, TURKIYE, type Site } from './dialplan-site.ts'

const WORKER = '+8801712345678'

let site: Site
let link: AriLink
let events: TelephonyEvent[] = []
const watchers = new Set<(event: TelephonyEvent) => void>()

beforeAll(async () => {
  site = await startSite()
  link = await connectCaller(site.asterisk, 'ringback-1')
  link.on('event', (event) => {
    events.push(event)
    for (const watch of watchers) watch(event)
  })
}, 120_000)
afterAll(async () => {
  await link?.stop()
  await site?.stop()
})
beforeEach(() => {
  events = []
})

type Attempt = { id: string; ended: Promise<TelephonyEventOf<'destroyed'>> }

/** Does what the service does to call a worker. */
async function call(
  number: string,
  { kind = 'callback', ringSeconds = 20 }: { kind?: LineKind; ringSeconds?: number } = {},
): Promise<Attempt> {
  const id = randomUUID()
  const about = <T extends TelephonyEvent['type']>(type: T) =>
    eventOf((event): event is TelephonyEventOf<T> => event.type === type && 'channelId' in event && event.channelId === id)
  const [arrived, ended] = [about('arrived'), about('destroyed')]
  const endpoint = outboundDial(BANGLADESH.trunkId, kind)
  await link.commands.create({ channelId: id, endpoint, formats: outboundFormats, variables: outboundVariables(number) })
  await arrived
  await link.commands.dial(id, ringSeconds)
  return { id, ended }
}

function eventOf<E extends TelephonyEvent>(isWanted: (event: TelephonyEvent) => event is E): Promise<E> {
  return new Promise((resolve) => {
    const watch = (event: TelephonyEvent) => {
      if (!isWanted(event)) return
      watchers.delete(watch)
      resolve(event)
    }
    watchers.add(watch)
  })
}

const carrierDoes = (handler: CallHandler) => site.bangladesh.onCall(handler)
const invitesAtCarriers = () =>
  [site.bangladesh, site.turkiye].flatMap((phone) =>
    phone.sipLog.filter(({ direction, text }) => direction === 'received' && text.startsWith('INVITE')),
  )

test.each([
  ['callback', BANGLADESH.callback],
  ['card', BANGLADESH.card],
] as const)('over the %s number’s endpoint the worker sees that number and nothing else', async (kind, did) => {
  carrierDoes(rejects(486))
  const { ended } = await call(WORKER, { kind })
  const incoming = await site.bangladesh.nextCall()
  await ended
  expect(incoming.calledNumber).toBe(WORKER)
  expect(incoming.header('From')).toMatch(new RegExp(`^<sip:\\${did}@${BANGLADESH.carrier.replaceAll('.', '\\.')}>;tag=`))
  expect(namesIn(incoming)).toEqual([])
})

/** Headers and lines that would tell the carrier or the worker more than the number we show. */
function namesIn(incoming: IncomingCall): string[] {
  const named = incoming.invite.headers
    .filter(([name]) => /^(P-|Remote-Party-ID|Diversion|Privacy|History)/i.test(name))
    .map(([name]) => name)
  return /^s=-\r?$/m.test(incoming.invite.body) ? named : [...named, 'session name']
}

test('audio reaches the worker through the dialplan’s check', async () => {
  carrierDoes(answers())
  const isAnswer = (event: TelephonyEvent): event is TelephonyEventOf<'dialProgress'> =>
    event.type === 'dialProgress' && event.dialStatus === 'ANSWER'
  const answered = eventOf(isAnswer)
  const { id, ended } = await call(WORKER)
  const incoming = await site.bangladesh.nextCall()
  await answered
  const prompt = site.prompt('bn', 'hold-on')
  const played = eventOf((event): event is TelephonyEventOf<'playbackFinished'> => event.type === 'playbackFinished')
  await link.commands.play(id, [`sound:${prompt.replace('.wav', '')}`], randomUUID())
  await played
  await incoming.hangUp()
  expect(await ended).toMatchObject({ cause: 16 })
  expect(shareHeard(incoming.heard, prompt)).toBeGreaterThan(0.5)
})

test.each([
  [486, { sipStatus: 486, hangupCause: 17 }],
  [600, { sipStatus: 600, hangupCause: 17 }],
  [480, { sipStatus: 480, hangupCause: 19 }],
  [408, { sipStatus: 408, hangupCause: 18 }],
  [603, { sipStatus: 603, hangupCause: 21 }],
  [403, { sipStatus: 403, hangupCause: 21 }],
  [404, { sipStatus: 404, hangupCause: 1 }],
  [410, { sipStatus: 410, hangupCause: 22 }],
  [484, { sipStatus: 484, hangupCause: 28 }],
  [500, { sipStatus: 500, hangupCause: 38 }],
  [503, { sipStatus: 503, hangupCause: 34 }],
  [488, { sipStatus: 488, hangupCause: 58 }],
])('the carrier’s %i comes through', async (status, expected) => {
  carrierDoes(rejects(status))
  const { cause } = await (await call(WORKER)).ended
  expect(splitCause(cause)).toEqual(expected)
})

test('a call that nobody takes ends by our own limit, without a status of the carrier', async () => {
  carrierDoes(ringsForever())
  const { cause } = await (await call(WORKER, { ringSeconds: 1 })).ended
  expect(splitCause(cause)).toEqual({ sipStatus: null, hangupCause: 19 })
  expect(events).toContainEqual(expect.objectContaining({ type: 'dialProgress', dialStatus: 'RINGING' }))
})

test('a carrier that says the worker has moved is not followed', async () => {
  const before = invitesAtCarriers().length
  carrierDoes(rejects(302))
  const { cause } = await (await call(WORKER)).ended
  expect(splitCause(cause)).toEqual({ sipStatus: 302, hangupCause: 23 })
  expect(invitesAtCarriers().length - before).toBe(1)
})

test('the whole call is limited by the trunk, whatever the service does', async () => {
  carrierDoes(ringsForever())
  const { id, ended } = await call(WORKER)
  await site.bangladesh.nextCall()
  const channels = (await site.ari('GET', '/channels')) as { id: string; name: string }[]
  const farHalf = channels.find(({ name }) => name.endsWith(';2'))
  const { value } = (await site.ari('GET', `/channels/${farHalf?.id}/variable?variable=TIMEOUT(absolute)`)) as { value: string }
  expect(Number(value)).toSatisfy((seconds: number) => seconds > 890 && seconds <= 900)
  await link.commands.hangUp(id)
  await ended
})

test.each([
  ['another network of the country', '+8801912345678'],
  ['a landline', '+88029123456'],
  ['the neighbour', '+919812345678'],
  ['the other trunk’s country', '+905321234567'],
  ['premium rate', '+8809012345678'],
  ['satellite', '+881612345678'],
  ['a short code', '999'],
  ['the prefix alone', '+88017'],
  ['too few digits', '+880171'],
  ['too many digits', '+8801712345678901'],
  ['no plus sign', '8801712345678'],
  ['the international prefix', '008801712345678'],
  ['letters', '+88017ABCDEFGH'],
  ['pauses', '+8801712345678w1w2'],
  ['a second number', '+8801712345678&PJSIP/+905321234567@tr-card'],
  ['another host', '+8801712345678@evil.example'],
  ['an option of Dial', '+8801712345678,60,G(outbound^s^1)'],
  ['an expression', '${EVAL(+8801712345678)}'],
  ['a URI', 'sip:+8801712345678@127.0.3.12'],
  ['spaces', '+880 1712 345678'],
  ['Bengali digits', '+৮৮০১৭১২৩৪৫৬৭৮'],
  ['a star code', '*21*+8801712345678#'],
  ['nothing', ''],
])('%s is refused by the dialplan itself', async (_, number) => {
  const before = invitesAtCarriers().length
  carrierDoes(answers())
  const { cause } = await (await call(number)).ended
  expect(cause).toBe(29)
  expect(invitesAtCarriers().length).toBe(before)
})

test('no context but the trunk’s own reaches its endpoint', async () => {
  const before = invitesAtCarriers().length
  for (const context of ['inbound', 'fallback', 'text', 'nowhere', `from-${BANGLADESH.trunkId}`, `text-${TURKIYE.trunkId}`]) {
    const id = randomUUID()
    const ended = eventOf((event): event is TelephonyEventOf<'destroyed'> => event.type === 'destroyed' && event.channelId === id)
    const variables = outboundVariables(WORKER)
    await link.commands.create({ channelId: id, endpoint: `Local/${WORKER}@${context}/n`, formats: outboundFormats, variables })
    await link.commands.dial(id, 1).catch(() => link.commands.hangUp(id))
    await ended
  }
  expect(invitesAtCarriers().length).toBe(before)
})

test('after all this no log line shows the worker’s number', async () => {
  expect(await site.logLinesWith(/1712345678|53212345/)).toEqual([])
})
