import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { LineFacts, TrunkFacts } from '../../asterisk-config/render.ts'
import { makePrompts } from '../../scripts/make-prompts.ts'
import type { AriLink } from '../../server/telephony/ari/face.ts'
import { startTestAsterisk, type TestAsterisk } from '../helpers/asterisk.ts'
import { createPhone, type Phone } from '../helpers/phone/index.ts'
import { type PlainAsterisk, startPlainAsterisk } from '../helpers/plain-asterisk.ts'
import { freeUdpPort } from '../helpers/ports.ts'
import { callOut, connectCaller } from './calling-out.ts'
import { shareHeard } from './dialplan-ears.ts'

/** Logs in over TCP, wants digits alone, and our number in a header of its own. */
const REGISTERED = { address: '127.0.6.21', card: '+8809600000001', callback: '+8809600000002', worker: '+8801712345678' } as const
/** Speaks TLS and SRTP only, and numbers as inside the country. */
const ENCRYPTED = { address: '127.0.6.22', card: '+908500000001', callback: '+908500000002', worker: '+905012345678' } as const
/** As the second, with a certificate that nobody we trust has signed. */
const IMPOSTOR = { address: '127.0.6.23', card: '+842400000001', callback: '+842400000002', worker: '+84912345678' } as const
const SUBSCRIBER = '127.0.6.31'
const PASSWORD = 'a-carriers-password-4711'

const run = promisify(execFile)
let folder: string
let ours: TestAsterisk
let carriers: Record<'registered' | 'encrypted' | 'impostor', PlainAsterisk>
let subscriber: Phone
let link: AriLink
const stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-carriers-'))
  stops.push(() => rm(folder, { recursive: true, force: true }))
  await makeCertificates()
  const soundsFolder = join(folder, 'sounds')
  await makePrompts({ soundsFolder, languages: ['bn', 'tr', 'vi'], log: () => undefined })
  const sipPort = await freeUdpPort('127.0.0.1')
  const ports = await Promise.all([REGISTERED, ENCRYPTED, IMPOSTOR].map(({ address }) => freeUdpPort(address)))
  const [registered, encrypted, impostor] = await Promise.all([
    startPlainAsterisk({ address: REGISTERED.address, sipPort: ports[0]!, ...registeredCarrier(ports[0]!) }),
    startPlainAsterisk({
      address: ENCRYPTED.address,
      sipPort: ports[1]!,
      ...encryptedCarrier(ENCRYPTED.address, ports[1]!, sipPort, 'carrier'),
    }),
    startPlainAsterisk({
      address: IMPOSTOR.address,
      sipPort: ports[2]!,
      ...encryptedCarrier(IMPOSTOR.address, ports[2]!, sipPort, 'impostor'),
    }),
  ])
  carriers = { registered, encrypted, impostor }
  stops.push(...[registered, encrypted, impostor].map((carrier) => () => carrier.stop()))
  ours = await startTestAsterisk({
    sipPort,
    soundsFolder,
    ...facts(),
    tls: { certFile: pem('hotline'), keyFile: key('hotline'), caFile: pem('authority') },
  })
  stops.push(() => ours.stop())
  subscriber = await createPhone({ address: SUBSCRIBER })
  stops.push(() => subscriber.close())
  link = await connectCaller(ours)
  stops.push(() => link.stop())
}, 120_000)
afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
})

test.concurrent('a carrier we log in at over TCP gets numbers as digits and our number in its header, and its calls reach us', async () => {
  // The carrier answers only if number, From and identity header are as it wants them.
  expect(await outcomeOf('bd', REGISTERED.worker)).toBe('answered')
  expect(await hearsFallback(carriers.registered, REGISTERED.address, 'bn')).toBeGreaterThan(0.75)
})

test.concurrent('a carrier over TLS and SRTP gets numbers as inside its country, and its calls reach us with sound', async () => {
  expect(await outcomeOf('tr', ENCRYPTED.worker)).toBe('answered')
  expect(await hearsFallback(carriers.encrypted, ENCRYPTED.address, 'tr')).toBeGreaterThan(0.75)
})

test.concurrent('a carrier whose certificate nobody we trust has signed gets no call', async () => {
  expect(await outcomeOf('vn', IMPOSTOR.worker)).not.toBe('answered')
})

/** Calls as the service does. */
async function outcomeOf(trunkId: string, number: string): Promise<unknown> {
  const call = await callOut(link, trunkId, number)
  const outcome = await Promise.race([call.answered.then(() => 'answered').catch(() => call.ended), call.ended])
  await call.hangUp()
  return outcome
}

/** A subscriber of the carrier rings our number; no service lives, so the dialplan answers. The share of its words that is heard. */
async function hearsFallback(carrier: PlainAsterisk, address: string, language: string): Promise<number> {
  const call = await vi.waitUntil(
    async () => {
      const tried = subscriber.call(`sip:ring-hotline@${address}:${carrier.sipPort}`, { from: '1712345679' })
      const isUp = await tried.answered.then(
        () => true,
        () => false,
      )
      // Our log-in may be on its way.
      return isUp && tried
    },
    { timeout: 15_000, interval: 300 },
  )
  await call.waitForSilence(1500)
  await call.hangUp()
  return shareHeard(call.heard, join(folder, 'sounds', language, 'leave-message.wav'))
}

function facts(): { trunks: TrunkFacts[]; lines: LineFacts[] } {
  const languages = { bd: 'bn', tr: 'tr', vn: 'vi' } as const
  const trunks = [
    {
      ...{
        id: 'bd' as const,
        countryId: 'BD',
        callingCode: '880',
        carrierHost: REGISTERED.address,
        carrierPort: carriers.registered.sipPort,
      },
      allowedPrefixes: ['+880'],
      ways: {
        transport: 'tcp',
        registration: { user: 'customer', password: PASSWORD },
        numberFormat: 'digits',
        dialPrefix: '99',
        identityHeader: 'P-Asserted-Identity',
        sessionTimers: 'require',
      },
    },
    {
      ...{
        id: 'tr' as const,
        countryId: 'TR',
        callingCode: '90',
        carrierHost: ENCRYPTED.address,
        carrierPort: carriers.encrypted.sipPort + 1,
      },
      allowedPrefixes: ['+905'],
      ways: { transport: 'tls', mediaEncryption: 'required', numberFormat: 'national', answersOptions: false },
    },
    {
      ...{
        id: 'vn' as const,
        countryId: 'VN',
        callingCode: '84',
        carrierHost: IMPOSTOR.address,
        carrierPort: carriers.impostor.sipPort + 1,
      },
      allowedPrefixes: ['+849'],
      ways: { transport: 'tls', mediaEncryption: 'required', numberFormat: 'national', answersOptions: false },
    },
  ] satisfies TrunkFacts[]
  const dids = { bd: REGISTERED, tr: ENCRYPTED, vn: IMPOSTOR }
  return {
    trunks,
    lines: trunks.flatMap(({ id, countryId }) =>
      (['card', 'callback'] as const).map((kind) => ({ did: dids[id][kind], countryId, trunkId: id, kind, languages: [languages[id]] })),
    ),
  }
}

const SUBSCRIBERS = `
[subscriber]
type=endpoint
identify_by=ip
context=subscribers
disallow=all
allow=ulaw
[subscriber]
type=identify
endpoint=subscriber
match=${SUBSCRIBER}
`

function registeredCarrier(port: number): { pjsip: string; extensions: string } {
  return {
    // Who calls is told by the log-in's name: From holds our number.
    pjsip: `
[global]
type=global
endpoint_identifier_order=ip,username,auth_username
[tcp]
type=transport
protocol=tcp
bind=${REGISTERED.address}:${port}
[customer]
type=endpoint
identify_by=username,auth_username
context=customers
disallow=all
allow=alaw
auth=customer
aors=customer
[customer]
type=auth
auth_type=digest
username=customer
password=${PASSWORD}
[customer]
type=aor
max_contacts=1
${SUBSCRIBERS}`,
    extensions: `
[customers]
exten => 99${REGISTERED.worker.slice(1)},1,GotoIf($["\${PJSIP_HEADER(read,P-Asserted-Identity)}" != "<sip:${REGISTERED.callback.slice(1)}@${REGISTERED.address}>"]?no)
 same => n,GotoIf($["\${CALLERID(num)}" != "${REGISTERED.callback.slice(1)}"]?no)
 same => n,Answer()
 same => n,Echo()
 same => n(no),Hangup(21)
[subscribers]
exten => ring-hotline,1,Dial(PJSIP/${REGISTERED.card.slice(1)}@customer,15)
`,
  }
}

function encryptedCarrier(address: string, port: number, hotlinePort: number, certificate: string): { pjsip: string; extensions: string } {
  const { callback, worker } = ENCRYPTED
  return {
    pjsip: `
[tls]
type=transport
protocol=tls
bind=${address}:${port + 1}
method=tlsv1_2
cert_file=${pem(certificate)}
priv_key_file=${key(certificate)}
ca_list_file=${pem('authority')}
verify_server=yes
[customer]
type=endpoint
identify_by=ip
context=customers
transport=tls
disallow=all
allow=alaw
media_encryption=sdes
aors=customer
[customer]
type=aor
contact=sip:127.0.0.1:${hotlinePort + 1}\\;transport=tls
[customer]
type=identify
endpoint=customer
match=127.0.0.1
${SUBSCRIBERS}`,
    extensions: `
[customers]
exten => 0${worker.slice(3)},1,GotoIf($["\${CALLERID(num)}" != "0${callback.slice(3)}"]?no)
 same => n,Answer()
 same => n,Echo()
 same => n(no),Hangup(21)
exten => 0${IMPOSTOR.worker.slice(3)},1,Answer()
 same => n,Echo()
[subscribers]
exten => ring-hotline,1,Dial(PJSIP/0${ENCRYPTED.card.slice(3)}@customer,15)
`,
  }
}

const pem = (name: string) => join(folder, `${name}.pem`)
const key = (name: string) => join(folder, `${name}.key`)

/** One authority for us and the carriers; the impostor has signed its own. */
async function makeCertificates(): Promise<void> {
  const newKey = (name: string) => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    key(name),
    '-out',
    pem(name),
    '-days',
    '2',
  ]
  const openssl = (...args: string[]) => run('openssl', args)
  await openssl('req', '-x509', '-subj', '/CN=Test authority', ...newKey('authority'))
  const of = (name: string, address: string) => ['-subj', `/CN=${name}`, '-addext', `subjectAltName=IP:${address}`, ...newKey(name)]
  const signed = ['-CA', pem('authority'), '-CAkey', key('authority')]
  await openssl('req', '-x509', ...of('hotline', '127.0.0.1'), ...signed)
  await openssl('req', '-x509', ...of('carrier', ENCRYPTED.address), ...signed)
  await openssl('req', '-x509', ...of('impostor', IMPOSTOR.address))
}
