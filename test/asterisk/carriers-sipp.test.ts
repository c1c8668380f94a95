/** SIPp as the carrier: what Asterisk says to it and how it takes what carriers do; read from SIPp's own log. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { openJournalEntry } from '../../asterisk-config/journal.ts'
import type { LineFacts, TrunkFacts } from '../../asterisk-config/render.ts'
import type { AriLink } from '../../server/telephony/ari/face.ts'
import { sendBySip } from '../../server/telephony/text/sip-gateway.ts'
import { startTestAsterisk, type TestAsterisk } from '../helpers/asterisk.ts'
import { encodeG711 } from '../../scripts/simulator/audio/g711.ts'
import { tone, toneLevel } from '../helpers/audio/index.ts'
import { answers, createPhone } from '../helpers/phone/index.ts'
import { freeUdpPort } from '../helpers/ports.ts'
import { wantsLogin } from '../helpers/sip-answerer.ts'
import { headersOf, runSippCaller, type SippCarrier, type SippMessage, startSippCarrier } from '../helpers/sipp-carrier.ts'
import { asksWhetherWeAreThere, carrierScenarios, passingCall } from '../helpers/sipp-scenarios.ts'
import { callOut, connectCaller } from './calling-out.ts'

const CARD = '+8809600000001'
const CALLBACK = '+8809600000002'
const WORKER = '+8801712345678'
const LOGIN = { user: 'customer', password: 'a-carriers-password-4712' }
/** Each with an address of its own, so that the tests can run side by side. */
const CARRIERS = {
  plain: { address: '127.0.9.1', ways: {} },
  early: { address: '127.0.9.2', ways: { numberFormat: 'digits', identityHeader: 'Remote-Party-ID', mediaEncryption: 'offered' } },
  refusing: { address: '127.0.9.3', ways: { numberFormat: 'national', dialPrefix: '88', identityHeader: 'P-Asserted-Identity' } },
  ringing: { address: '127.0.9.4', ways: { transport: 'tcp' } },
  challenging: { address: '127.0.9.5', ways: { registration: LOGIN } },
  refreshing: { address: '127.0.9.6', ways: { sessionTimers: 'accept' } },
  longer: { address: '127.0.9.7', ways: { sessionTimers: 'require' } },
  slow: { address: '127.0.9.10', ways: { transport: 'tcp' } },
  texting: { address: '127.0.9.11', ways: { transport: 'tcp', numberFormat: 'digits' } },
  listening: { address: '127.0.9.9', ways: {} },
  calling: { address: '127.0.9.8', ways: {} },
} as const satisfies Record<string, { address: string; ways: TrunkFacts['ways'] }>
type Name = keyof typeof CARRIERS

let folder: string
let ours: TestAsterisk
let link: AriLink
let port: number
/** Listens from the start: Asterisk logs in at once. */
let challenging: SippCarrier
/** All that Asterisk said to a carrier in this file. */
const said: SippMessage[] = []
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-carriers-sipp-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  port = await freeUdpPort(CARRIERS.plain.address)
  challenging = await startSippCarrier({ ...at('challenging'), calls: 2 }, carrierScenarios.challenges())
  stops.push(() => challenging.stop())
  ours = await startTestAsterisk(facts())
  stops.push(() => ours.stop())
  link = await connectCaller(ours)
  stops.push(() => link.stop())
}, 60_000)
afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
})

const at = (name: Name) => ({ address: CARRIERS[name].address, port })

function facts(): { trunks: TrunkFacts[]; lines: LineFacts[] } {
  const of = { countryId: 'BD', trunkId: 'plain', languages: ['bn'] }
  return {
    trunks: Object.entries(CARRIERS).map(([id, { address, ways }]) => ({
      ...{ id, countryId: 'BD', callingCode: '880', carrierHost: address, carrierPort: port, allowedPrefixes: ['+880'] },
      ways: { answersOptions: false, ...ways },
    })),
    lines: [
      { ...of, did: CARD, kind: 'card' },
      { ...of, did: CALLBACK, kind: 'callback' },
    ],
  }
}

/** A carrier that does as the scenario says with one call. @returns what it heard, once it is over */
async function carrier(name: Name, scenario: string): Promise<() => Promise<SippMessage[]>> {
  const { transport } = { transport: 'udp' as const, ...CARRIERS[name].ways }
  const sipp = await startSippCarrier({ ...at(name), transport }, scenario)
  stops.push(() => sipp.stop())
  return async () => heardBy(sipp)
}

async function heardBy(sipp: SippCarrier): Promise<SippMessage[]> {
  const heard = (await sipp.done()).filter(({ direction }) => direction === 'received')
  said.push(...heard)
  return heard
}

const invitesIn = (heard: SippMessage[]) => heard.filter(({ startLine }) => startLine.startsWith('INVITE'))
const methods = (heard: SippMessage[]) => heard.map(({ startLine }) => startLine.split(' ')[0])
const withoutTag = (value: string | undefined) => value?.replace(/;tag=.*/, '')

describe.concurrent('a call out over a carrier that is SIPp', () => {
  test('which rings, answers and speaks: the number as it wants it, and we hear it', async () => {
    const speech = join(folder, 'tone.ulaw')
    await writeFile(speech, encodeG711(tone(1000, 1000), 'PCMU'))
    const heard = await carrier('plain', carrierScenarios.answers(speech))
    const call = await callOut(link, 'plain', WORKER)
    await call.answered
    expect(call.progress).toEqual(['', 'RINGING', 'ANSWER'])
    const listening = await listener()
    const bridgeId = randomUUID()
    await link.commands.createBridge(bridgeId)
    for (const { channelId } of [call, listening.call]) await link.commands.addToBridge(bridgeId, channelId)
    await expect.poll(() => toneLevel(listening.heard(), 1000), { timeout: 10_000 }).toBeGreaterThan(0.1)
    expect(toneLevel(listening.heard(), 1000)).toBeGreaterThan(5 * toneLevel(listening.heard(), 700))
    await listening.call.hangUp()
    await call.hangUp()
    const messages = await heard()
    expect(methods(messages)).toEqual(['INVITE', 'ACK', 'BYE'])
    expect(messages[0]!.startLine).toBe(`INVITE sip:${WORKER}@${at('plain').address}:${port} SIP/2.0`)
    expect(withoutTag(headersOf(messages[0]!, 'From')[0])).toBe(`<sip:${CALLBACK}@${at('plain').address}>`)
  })

  test('which sends sound before it answers, takes no encryption though it is offered, and hangs up itself: our number besides in the older header', async () => {
    const heard = await carrier('early', carrierScenarios.earlyMedia())
    const call = await callOut(link, 'early', WORKER)
    expect(await call.ended).toEqual({ sipStatus: null, hangupCause: 16 })
    expect(call.progress).toEqual(['', 'PROGRESS', 'ANSWER'])
    const [invite] = invitesIn(await heard())
    const number = `<sip:${CALLBACK.slice(1)}@${at('early').address}>`
    expect(invite!.startLine).toContain(`sip:${WORKER.slice(1)}@`)
    expect(withoutTag(headersOf(invite!, 'From')[0])).toBe(number)
    expect(headersOf(invite!, 'Remote-Party-ID')).toEqual([`${number};party=calling;privacy=off;screen=yes`])
    expect(headersOf(invite!, 'P-Asserted-Identity')).toEqual([])
    expect(invite!.text).toContain('a=crypto:')
  })

  test('which refuses, in each way: it comes through as it was said, and the number as inside the country', async () => {
    const statuses = ['486 Busy Here', '404 Not Found', '603 Decline', '480 Temporarily Unavailable', '503 Service Unavailable']
    const ends: unknown[] = []
    for (const status of statuses) {
      const heard = await carrier('refusing', carrierScenarios.refuses(status))
      const call = await callOut(link, 'refusing', WORKER, { kind: 'card' })
      ends.push((await call.ended).sipStatus)
      const [invite] = invitesIn(await heard())
      expect(invite!.startLine).toContain(`sip:880${WORKER.slice(4)}@`)
      expect(headersOf(invite!, 'P-Asserted-Identity')).toEqual([`<sip:0${CARD.slice(4)}@${at('refusing').address}>`])
    }
    expect(ends).toEqual([486, 404, 603, 480, 503])
  })

  test('which rings until we give up: it is called off, over TCP', async () => {
    const heard = await carrier('ringing', carrierScenarios.rings())
    const call = await callOut(link, 'ringing', WORKER, { ringSeconds: 1 })
    expect(await call.ended).toEqual({ sipStatus: null, hangupCause: 19 })
    expect(methods(await heard())).toEqual(['INVITE', 'CANCEL', 'ACK'])
  })

  test('which is silent and rings only after we gave up: it is called off then, so that no phone rings on', async () => {
    const heard = await carrier('slow', carrierScenarios.rings({ afterMs: 1800 }))
    const call = await callOut(link, 'slow', WORKER, { ringSeconds: 1 })
    expect(await call.ended).toEqual({ sipStatus: null, hangupCause: 19 })
    expect(call.progress).toEqual([''])
    expect(methods(await heard())).toEqual(['INVITE', 'CANCEL', 'ACK'])
  })

  test('which takes texts too: they are said as the calls are', async () => {
    const heard = await carrier('texting', carrierScenarios.takesText())
    const way = { transport: 'tcp', numberFormat: 'digits', callingCode: '880' } as const
    const trunk = { id: 'texting', carrierHost: at('texting').address, carrierPort: port, ...way }
    const route = { kind: 'sip', lineKind: 'card', trunk } as const
    const order = {
      textId: randomUUID(),
      claimToken: randomUUID(),
      fromDid: CARD,
      toE164: WORKER,
      body: 'Thank you.',
      tries: 1,
      partsSent: 0,
    }
    const sent = await sendBySip(link.commands, { ...order, route }, route)
    expect(sent).toEqual({ kind: 'handed-over', gatewayMessageId: null })
    const [text] = await heard()
    expect(text!.startLine).toMatch(new RegExp(`^MESSAGE sip:${WORKER.slice(1)}@`))
    expect(withoutTag(headersOf(text!, 'From')[0])).toBe(`<sip:${CARD.slice(1)}@${at('texting').address}>`)
  })

  test('which asks who calls: the log-in is answered, and the password is never said', async () => {
    const call = await callOut(link, 'challenging', WORKER)
    await call.answered
    await call.hangUp()
    const heard = await heardBy(challenging)
    // The registration comes when Asterisk likes, within its first seconds.
    const ofTheCall = heard.filter(({ startLine }) => !startLine.startsWith('REGISTER'))
    expect(methods(ofTheCall)).toEqual(['INVITE', 'ACK', 'INVITE', 'ACK', 'BYE'])
    expect(heard.length - ofTheCall.length).toBe(1)
    const { text } = invitesIn(heard)[1]!
    expect(wantsLogin(LOGIN.user, LOGIN.password)({ method: 'INVITE', text })).toEqual({ status: 200 })
    expect(wantsLogin(LOGIN.user, 'another')({ method: 'INVITE', text })).toEqual({ status: 403 })
    expect(heard.map(({ text }) => text).join('\n')).not.toContain(LOGIN.password)
  })

  test('which keeps the session alive itself: a new INVITE and an UPDATE in the call are answered, and the call goes on', async () => {
    const heard = await carrier('refreshing', carrierScenarios.refreshes())
    const call = await callOut(link, 'refreshing', WORKER)
    expect(await call.ended).toEqual({ sipStatus: null, hangupCause: 16 })
    const replies = (await heard()).filter(({ startLine }) => startLine.startsWith('SIP/2.0 200'))
    expect(replies.map((reply) => headersOf(reply, 'CSeq')[0])).toEqual(['1 INVITE', '2 UPDATE', '3 BYE'])
    for (const reply of replies.slice(0, 2)) expect(headersOf(reply, 'Session-Expires')).toEqual(['90;refresher=uac'])
  })

  test('which finds the session’s interval too short: a longer one is offered, in the same call', async () => {
    const heard = await carrier('longer', carrierScenarios.wantsLonger(3600))
    const call = await callOut(link, 'longer', WORKER)
    await call.answered
    await call.hangUp()
    const invites = invitesIn(await heard())
    expect(invites.map((invite) => headersOf(invite, 'Min-SE')[0])).toEqual(['90', '3600'])
    expect(Number.parseInt(headersOf(invites[1]!, 'Session-Expires')[0]!)).toBeGreaterThanOrEqual(3600)
    expect(new Set(invites.map((invite) => headersOf(invite, 'Call-ID')[0])).size).toBe(1)
  })
})

/** A worker's phone behind another carrier, that hears what is bridged to it. */
async function listener() {
  const phone = await createPhone({ ...at('listening') })
  stops.push(() => phone.close())
  phone.onCall(answers())
  const incoming = phone.nextCall()
  const call = await callOut(link, 'listening', WORKER)
  await call.answered
  const answered = await incoming
  return { call, heard: () => answered.heard }
}

describe('a caller’s number', () => {
  const number = '+8801812345678'
  const host = CARRIERS.calling.address
  const shown = `<sip:${number}@${host}>`
  const identity = `P-Asserted-Identity: <sip:+8801912345678@${host}>`
  const anonymous = '"Anonymous" <sip:anonymous@anonymous.invalid>'

  test.each<[string, string, string[], string | null]>([
    ['in From', shown, [], number],
    ['in From, with another one in P-Asserted-Identity', shown, [identity], number],
    ['in From, and Privacy: none', shown, [identity, 'Privacy: none'], number],
    ['in From, and Remote-Party-ID hides nothing', shown, [`Remote-Party-ID: <sip:${number}@${host}>;privacy=off`], number],
    ['hidden by Privacy: id', shown, [identity, 'Privacy: id'], null],
    ['hidden by Privacy: header', shown, [identity, 'Privacy: header'], null],
    ['hidden by Privacy: user;critical', shown, [identity, 'Privacy: user;critical'], null],
    ['hidden by Privacy: session;ID', shown, ['Privacy: session;ID'], null],
    ['hidden by Remote-Party-ID', shown, [`Remote-Party-ID: "x" <sip:${number}@${host}>;party=calling;privacy=full`], null],
    ['hidden by an anonymous From, though the carrier tells it', anonymous, [identity, 'Privacy: id'], null],
    ['hidden by an anonymous From and nothing else', anonymous, [], null],
    ['hidden by an anonymous From, with P-Asserted-Identity alone', anonymous, [identity], null],
  ])('%s', async (_, from, headers, kept) => {
    const journal = join(ours.folder, 'spool/recording/journal')
    const before = new Set(await readdir(journal))
    const scenario = passingCall({ from, headers })
    const messages = await runSippCaller({ address: host, target: { host: '127.0.0.1', port: ours.sipPort }, number: CARD }, scenario)
    said.push(...messages.filter(({ direction }) => direction === 'received'))
    const entries = async () => {
      const names = (await readdir(journal)).filter((name) => !before.has(name))
      return Promise.all(names.map((name) => readFile(join(journal, name), 'utf8')))
    }
    const [entry] = await vi.waitUntil(async () => (await entries()).find((text) => text.endsWith('\n')) && (await entries()))
    expect(openJournalEntry(entry!, ours.journalKey)).toEqual({ did: CARD, callerNumber: kept })
  })
})

test('a carrier that asks whether we are there hears so', async () => {
  const target = { host: '127.0.0.1', port: ours.sipPort }
  const messages = await runSippCaller({ address: CARRIERS.calling.address, target, number: CARD }, asksWhetherWeAreThere())
  const heard = messages.filter(({ direction }) => direction === 'received')
  expect(heard.map(({ startLine }) => startLine)).toEqual(['SIP/2.0 200 OK'])
  said.push(...heard)
})

// Last: of everything above.
test('nothing that was said to a carrier tells what this is, who runs it, or who calls', () => {
  const telling = new RegExp(`ringback|hotline|asterisk|agent-|stasis|debian|${hostname()}`, 'i')
  expect(said.length).toBeGreaterThan(50)
  expect(said.filter(({ text }) => telling.test(text))).toEqual([])
  const all = (name: string) => new Set(said.flatMap((message) => headersOf(message, name)))
  expect([...all('User-Agent'), ...all('Server')]).toEqual(['PBX', 'PBX'])
  const invites = invitesIn(said)
  // No display names, of anybody.
  for (const invite of invites) for (const name of ['From', 'To', 'Contact']) expect(headersOf(invite, name)[0]).toMatch(/^<sip:/)
  const ownNumbers = [CARD, CALLBACK].flatMap((did) => [did, did.slice(1), `0${did.slice(4)}`])
  const users = [...all('Contact')].map((contact) => /<sip:(?:([^@>]*)@)?/.exec(contact)?.[1])
  expect(users.filter((user) => !ownNumbers.includes(user ?? ''))).toEqual([])
  const sdp = said.map(({ text }) => text.split(/\r?\n\r?\n/)[1] ?? '').filter((body) => body.startsWith('v=0'))
  expect(new Set(sdp.map((body) => /^s=(.*?)\r?$/m.exec(body)?.[1]))).toEqual(new Set(['-']))
  expect(new Set(sdp.map((body) => /^o=(\S+)/m.exec(body)?.[1]))).toEqual(new Set(['-']))
})
