import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { countries as demoCountries } from '../../scripts/demo/programme.ts'
import { startAgents } from '../../scripts/simulator/agents.ts'
import { startCarriers } from '../../scripts/simulator/carriers.ts'
import type { DemoCountry } from '../../scripts/simulator/demo.ts'
import { behaviourOf, languageOf, workerNumber } from '../../scripts/simulator/numbers.ts'
import { readOptions } from '../../scripts/simulator/options.ts'
import { difference } from '../../scripts/simulator/product.ts'
import { conversation, messageWav } from '../../scripts/simulator/sentences.ts'
import { runWorkers, type Scenario } from '../../scripts/simulator/workers.ts'
import { mayDial } from '../../server/domains/workers/rules.ts'
import { correlate, hears } from '../helpers/audio/index.ts'
import { phoneForTest } from './phones.ts'
import { freeUdpPort } from '../helpers/ports.ts'
import { startPlainAsterisk, type PlainAsterisk } from '../helpers/plain-asterisk.ts'

const AGENT = { sipUser: 'agent-bd-1', password: 'a-long-test-password-4711', languages: ['en'] }
const bangladesh = {
  id: 'BD',
  name: 'Bangladesh',
  languages: ['bn'],
  cardDid: '+8809610000001',
  callbackDid: '',
  carrier: { host: '127.0.0.41', port: 0 },
}
const india = {
  id: 'IN',
  name: 'India',
  languages: ['hi', 'ta'],
  cardDid: '+911140000001',
  callbackDid: '',
  carrier: { host: '127.0.0.42', port: 0 },
}

let asterisk: PlainAsterisk
beforeAll(async () => {
  asterisk = await startPlainAsterisk({ pjsip: PJSIP, extensions: DIALPLAN })
}, 120_000)
afterAll(() => asterisk?.stop())

describe('simulated workers', () => {
  const call = (scenario: Scenario, calls: number, countries: DemoCountry[], signal?: AbortSignal) =>
    runWorkers({
      ...{ scenario, calls, countries, callsPerSecond: 5, target: { host: '127.0.0.1', port: asterisk.sipPort } },
      lengths: () => 500,
      ...(signal ? { signal } : {}),
    })

  test('press the key of their language and leave a message that is heard whole', { timeout: 60_000 }, async () => {
    const results = await call('voicemail', 4, [bangladesh, india])
    expect(results).toEqual([
      { countryId: 'BD', language: 'bn', offered: 2, answered: 2, left: 2 },
      { countryId: 'IN', language: 'hi', offered: 1, answered: 1, left: 1 },
      { countryId: 'IN', language: 'ta', offered: 1, answered: 1, left: 1 },
    ])
    const recordings = readdirSync(asterisk.spoolFolder).filter((name) => name.endsWith('.wav'))
    expect(recordings.map((name) => name.replace(/^\d+/, '')).sort()).toEqual([
      '-key1-DTMF.wav',
      '-key1-DTMF.wav',
      '-key1-DTMF.wav',
      '-key2-DTMF.wav',
    ])
    for (const name of recordings) {
      const country = name.startsWith('880') ? bangladesh : india
      const message = await messageWav(languageOf(name.split('-')[0] ?? '', country))
      expect(correlate(join(asterisk.spoolFolder, name), message).score).toBeGreaterThan(0.8)
    }
  })

  test('hang up at once, or write, when the scenario says so', { timeout: 60_000 }, async () => {
    expect(await call('missed', 2, [bangladesh])).toEqual([{ countryId: 'BD', language: 'bn', offered: 2, answered: 2, left: 0 }])
    expect(await call('texts', 2, [bangladesh])).toEqual([{ countryId: 'BD', language: 'bn', offered: 2, answered: 2, left: 2 }])
  })

  test('are gone at once when the run is stopped', async () => {
    const stopping = new AbortController()
    const running = call('voicemail', 1, [bangladesh], stopping.signal)
    stopping.abort()
    expect(await running).toMatchObject([{ left: 0 }])
  })
})

describe('simulated carriers', () => {
  test.each([
    ['busy', 486, 17],
    ['dead', 404, 1],
    ['rejects', 603, 21],
  ] as const)('a number that is %s ends with %i', async (behaviour, status, q850) => {
    const { carrier, call } = await calling(workerNumber(bangladesh, 'bn', 7, behaviour))
    expect(await call.ended).toMatchObject({ by: 'them', status, q850 })
    expect(carrier.log).toHaveLength(1)
    expect(carrier.log[0]).not.toMatch(/\d{4}/)
  })

  test('a number that nobody answers rings until the caller gives up', async () => {
    const { call } = await calling(workerNumber(bangladesh, 'bn', 7, 'no-answer'))
    await call.ringing
    expect(await call.hangUp()).toMatchObject({ status: 487 })
  })

  test('any other number answers, in the language of its owner', async () => {
    const { call } = await calling(workerNumber(india, 'ta', 7))
    await call.answered
    const [hello] = await conversation('ta')
    expect((await hears(call, hello ?? new Int16Array(0))).score).toBeGreaterThan(0.9)
  })

  async function calling(number: string) {
    const country = { ...(number.startsWith('+880') ? bangladesh : india), callingCode: '' }
    const log: string[] = []
    const port = await freeUdpPort(country.carrier.host)
    const countries = [{ ...country, carrier: { host: country.carrier.host, port } }]
    const carriers = await startCarriers({
      demo: { countries, agents: [], sip: { host: '127.0.0.1', port: 9 } },
      log: (line) => log.push(line),
    })
    onTestFinished(() => carriers.stop())
    const caller = await phoneForTest({ address: '127.0.0.1' })
    return { carrier: { log }, call: caller.call(`sip:${number}@${country.carrier.host}:${port}`) }
  }
})

test("a demo agent's phone registers, and answers when it is rung", async () => {
  const registrar = `127.0.0.1:${asterisk.sipPort}`
  const registered = Promise.withResolvers<string>()
  const agents = await startAgents({ agents: [{ ...AGENT, registrar }], log: registered.resolve })
  onTestFinished(() => agents.stop())
  expect(await registered.promise).toContain('registered')
  const worker = await phoneForTest({ address: bangladesh.carrier.host })
  const call = worker.call(`sip:700@127.0.0.1:${asterisk.sipPort}`)
  await call.answered
  const [hello] = await conversation('en')
  expect((await hears(call, hello ?? new Int16Array(0))).score).toBeGreaterThan(0.9)
})

describe('what the product kept', () => {
  const before = { voicemails: new Map([['old', 'c0']]), callbacks: new Map([['c0', 'voicemail']]) }
  const after = (voicemails: [string, string | null][]) => ({ ...before, voicemails: new Map([...before.voicemails, ...voicemails]) })

  test('each message in a callback of its own: nothing lost, nothing doubled', () => {
    expect(
      difference(
        before,
        after([
          ['a', 'c1'],
          ['b', 'c2'],
          ['c', null],
        ]),
        3,
        null,
      ),
    ).toEqual({ recorded: 3, lost: 0, doubled: 0 })
  })
  test('one lost and one doubled are both seen, though their number is right', () => {
    expect(
      difference(
        before,
        after([
          ['a', 'c1'],
          ['b', 'c1'],
        ]),
        2,
        null,
      ),
    ).toEqual({ recorded: 2, lost: 1, doubled: 1 })
  })
  test('missed calls are counted by their callbacks', () => {
    const callbacks = new Map([...before.callbacks, ['c1', 'missed-call'], ['c2', 'voicemail']] as const)
    expect(difference(before, { ...before, callbacks }, 2, 'missed-call')).toEqual({ recorded: 1, lost: 1, doubled: 0 })
  })
})

describe('options', () => {
  test('calls follow from rate and seconds', () => {
    expect(readOptions(['--rate', '4', '--seconds', '10', '--country', 'bd'])).toMatchObject({
      calls: 40,
      callsPerSecond: 4,
      countryIds: ['BD'],
    })
  })
  test.each([['--rate', '41'], ['--rate', '0'], ['--calls', '1.5'], ['--scenario', 'nonsense'], ['--nonsense']])(
    'refuses %s %s',
    (...args) => {
      expect(() => readOptions(args)).toThrow(/--/)
    },
  )
})

test('a number tells what its phone does and which language its owner speaks', () => {
  for (const behaviour of ['answers', 'busy', 'no-answer', 'rejects', 'dead'] as const) {
    expect(behaviourOf(workerNumber(india, 'hi', 12_345, behaviour))).toBe(behaviour)
  }
  for (const language of india.languages) expect(languageOf(workerNumber(india, language, 12_345), india)).toBe(language)
})

test("the product may call every demo worker's number", () => {
  for (const country of demoCountries) {
    for (const language of country.languageCodes) {
      const numbers = [0, 4_711, 99_999].map((index) => workerNumber({ id: country.id, languages: country.languageCodes }, language, index))
      expect(numbers.map((number) => mayDial(country.id, number))).toEqual(numbers.map(() => ({ kind: 'ok' })))
    }
  }
})

const TRUNK = (name: string, address: string): string => `
[${name}]
type=endpoint
identify_by=ip
context=in
message_context=texts
disallow=all
allow=ulaw,alaw
direct_media=no
[${name}]
type=identify
endpoint=${name}
match=${address}
`

const PJSIP = `${TRUNK('bd', bangladesh.carrier.host)}${TRUNK('in', india.carrier.host)}
[${AGENT.sipUser}]
type=endpoint
context=in
disallow=all
allow=ulaw
direct_media=no
auth=${AGENT.sipUser}
aors=${AGENT.sipUser}
[${AGENT.sipUser}]
type=auth
auth_type=digest
username=${AGENT.sipUser}
password=${AGENT.password}
[${AGENT.sipUser}]
type=aor
max_contacts=1
`

const DIALPLAN = `
[in]
exten => _+X.,1,Answer()
 same => n,Read(KEY,,1,,1,10)
 same => n,Set(FILE=\${FILTER(0-9,\${CALLERID(num)})}-key\${KEY})
 same => n,Record(\${ASTSPOOLDIR}/\${FILE}.wav,10,60,kq)
 same => n,System(mv "\${ASTSPOOLDIR}/\${FILE}.wav" "\${ASTSPOOLDIR}/\${FILE}-\${RECORD_STATUS}.wav")
 same => n,Hangup()
exten => 700,1,Dial(PJSIP/${AGENT.sipUser},20)
[texts]
exten => _.,1,NoOp()
`
