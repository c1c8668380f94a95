/** Texts that lie in Asterisk's spool: brought in whole and once, whatever dies on the way. */
import { afterEach, expect, test } from 'vitest'
import { startFakeAri } from '../helpers/fake-ari/index.ts'
import { CARD_BANGLADESH, MemoryDomains } from './runtime-domains.ts'
import { dialplanText, type Runtime, startRuntime } from './runtime-kit.ts'

let runtime: Runtime
afterEach(() => runtime.stop())

const NAME = 'text/1763938865-123456_1234567890123456'
const text = (body: string, callId = 'call-1') =>
  dialplanText({ did: CARD_BANGLADESH, from: '<sip:+8801100001234@127.0.0.11>', callId, body })

async function startWith(files: Record<string, Buffer<ArrayBuffer>>, domains = new MemoryDomains()): Promise<Runtime> {
  const ari = await startFakeAri()
  for (const [name, file] of Object.entries(files)) ari.world.storedRecordings.set(name, file)
  runtime = await startRuntime({ ari, domains })
  return runtime
}
const spool = () => [...runtime.ari.world.storedRecordings.keys()]
async function nextPass(): Promise<void> {
  await runtime.timers.running(5000, 60_000)
  runtime.timers.advance(60_000)
}
async function emptied(): Promise<void> {
  while (spool().length) await nextPass()
}

test('texts are brought in in the order they came, and nothing is left', async () => {
  const { domains } = await startWith({
    'text/1763938865-200000_1': text('second', 'b'),
    'text/1763938865-100000_9': text('first', 'a'),
    'text/1763938864_5': text('from before the names had microseconds', 'c'),
  })
  await emptied()
  expect(domains.texts.map(({ body }) => Buffer.from(body).toString())).toEqual([
    'from before the names had microseconds',
    'first',
    'second',
  ])
  expect(domains.texts[1]).toMatchObject({
    did: CARD_BANGLADESH,
    from: '<sip:+8801100001234@127.0.0.11>',
    isCutOff: false,
    gatewayId: null,
    receivedAt: new Date(1_763_938_865_100),
  })
})

test('a storm is brought in by the hundred, all of it', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 250 }, (_, index) => [`text/1763938865-${100_000 + index}_1`, text('x', String(index))]),
  )
  const { domains } = await startWith(files)
  await domains.until(() => domains.texts.length === 250)
  await emptied()
})

test('the same text under two names is one', async () => {
  const { domains } = await startWith({ [NAME]: text('again'), 'text/1763938869-000001_1': text('again') })
  await emptied()
  expect(domains.texts).toHaveLength(1)
})

test('killed before it is kept, or after it and before the file is gone: one row and no file', async () => {
  for (const when of ['before', 'after'] as const) {
    const domains = new MemoryDomains()
    let isKilled = false
    const fault = () => {
      if (isKilled) return
      isKilled = true
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    }
    domains[when] = (what) => (what.startsWith('text') ? fault() : undefined)
    await startWith({ [NAME]: text('once') }, domains)
    await runtime.until('the spool could not be emptied')
    expect(spool()).toEqual([NAME])
    await runtime.restart()
    await emptied()
    expect(domains.texts).toHaveLength(1)
    if (when === 'before') await runtime.stop()
  }
})

test('while the database is away texts wait, and come in when it is back', async () => {
  const domains = new MemoryDomains()
  const { ari } = await startWith({}, domains)
  domains.isAway = true
  ari.world.storedRecordings.set(NAME, text('wait'))
  await nextPass()
  await runtime.until('the spool could not be emptied')
  expect(spool()).toEqual([NAME])
  domains.isAway = false
  runtime.telephony.databaseIsBack()
  await domains.until(() => domains.texts.length === 1)
})

test('what cannot be read stays for a person to look at, and keeps no other waiting', async () => {
  const { domains } = await startWith({ [NAME]: Buffer.from('half a li'), 'text/1763938866-000001_1': text('whole') })
  await domains.until(() => domains.texts.length === 1)
  await runtime.until('a text in the spool cannot be read')
  expect(spool()).toContain(NAME)
})
