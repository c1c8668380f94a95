/** A spool on a disk of 64 MB that really fills up: warned early, messages shorter and then none, and everybody who rang called back. */
import { mkdtemp, open, rm, rmdir, stat, statfs, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AlertPage } from '../../server/domains/alerts/contract.ts'
import { roomIn } from '../../server/platform/disk.ts'
import { runCommand } from '../../scripts/lib/run-command.ts'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { hears, tone } from '../helpers/audio/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { numbersOf } from '../helpers/product-numbers.ts'
import { waitForTone } from './dialplan-ears.ts'
import { type FaultyHotline, messageIn, openHotline, spokenDigits, untilPromptsEnd } from './faults-hotline.ts'

const MB = 1024 * 1024
const COUNTRY = 'VN'

let disk: string
let product: TestProduct
let hotline: FaultyHotline
let administrator: ApiClient

beforeAll(async () => {
  disk = await mkdtemp(join(tmpdir(), 'ringback-test-disk-'))
  const { code, output } = await runCommand('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=0700', 'tmpfs', disk])
  if (code !== 0) throw new Error(`a disk of the test's own cannot be mounted: ${output}`)
  product = await startTestProduct({ env: { RINGBACK_SPOOL: disk } })
  hotline = await openHotline(product)
  administrator = await signIn(product, 'administrator')
}, 180_000)
afterAll(async () => {
  await hotline?.close()
  await product?.stop()
  // Lazily: an Asterisk that is being killed may still have a file open.
  await runCommand('umount', ['-l', disk])
  await rmdir(disk)
})
beforeEach(() => leave('plenty'))

/** Fills the disk until so many bytes may still be filled with messages; `nothing`: to the last byte. */
async function leave(wanted: number | 'plenty' | 'nothing'): Promise<void> {
  const filler = join(disk, 'filler')
  await rm(filler, { force: true })
  if (wanted === 'plenty') return
  const { spareBytes } = await roomIn([disk])
  const { bavail, bsize } = await statfs(disk)
  const bytes = wanted === 'nothing' ? bavail * bsize + MB : spareBytes - wanted
  const file = await open(filler, 'w')
  try {
    for (let left = bytes; left > 0; left -= MB) await file.write(Buffer.alloc(Math.min(MB, left), 1))
  } catch (error) {
    if (wanted !== 'nothing' || (error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    await file.close()
  }
}
async function untilMessagesMayLast(seconds: number): Promise<void> {
  const told = async () => {
    const text = await (await fetch(`${product.url}/metrics`)).text()
    return Number(/^ringback_telephony\{figure="messageSeconds"[^}]*\} (\d+)$/m.exec(text)?.[1])
  }
  await expect.poll(told, { timeout: 20_000, interval: 200 }).toBe(seconds)
}
/** What the dialplan goes by when the service is gone. */
async function dialplanSeconds(): Promise<number> {
  const { ariUrl, ariUser, ariPassword } = product.asterisk
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  const reply = await fetch(`${ariUrl}/asterisk/variable?variable=RB_MESSAGE_SECONDS`, { headers: { authorization } })
  return Number(((await reply.json()) as { value: string }).value)
}
const allAlerts = async () => (await administrator.get<AlertPage>('/api/alerts?isOpen=true')).items.map(({ kind }) => kind)
const openAlerts = async () => {
  const { items } = await administrator.get<AlertPage>('/api/alerts?isOpen=true')
  return items.filter(({ kind, resolvedAt }) => kind.startsWith('disk') && resolvedAt === null).map(({ kind }) => kind)
}
/** The numbers that are to be called back, opened with the product's own keys. */
async function numbersToCall(): Promise<string[]> {
  const numberOf = await numbersOf(product)
  const rows = await product.db.selectFrom('callback').select('phoneNumberId').where('phoneNumberId', 'is not', null).execute()
  return Promise.all(rows.map(({ phoneNumberId }) => numberOf(phoneNumberId!)))
}
/** Until Asterisk, by itself, has said it and hung up. */
async function ringAndHear(number: string, prompt: string): Promise<void> {
  const caller = hotline.call(COUNTRY, number)
  await caller.answered
  await hears(caller, hotline.prompt('vi', prompt))
  await caller.ended
}
const spooled = async () => (await hotline.spool()).filter((name) => !name.startsWith('journal/'))

test('is warned of early, while messages are still as long as ever, and again before they are given up', async () => {
  await leave(11 * MB)
  await expect.poll(openAlerts, { timeout: 30_000, interval: 500 }).toEqual(['disk-low'])
  await untilMessagesMayLast(180)
  await leave(2 * MB)
  await expect.poll(async () => (await openAlerts()).sort(), { timeout: 30_000, interval: 500 }).toEqual(['disk-low', 'disk-tight'])
  await untilMessagesMayLast(60)
  const ready = await fetch(`${product.url}/ready`)
  expect([ready.status, await ready.text()]).toEqual([200, expect.stringMatching(/"disk","isOk":true,"detail":"[0-9]+ MB left"/)])
}, 90_000)

test('little room: a message ends after twenty seconds, is kept, and the caller goes on', async () => {
  await leave(0.6 * MB)
  await untilMessagesMayLast(20)
  const before = await hotline.voicemails()
  const caller = hotline.call(COUNTRY)
  await caller.answered
  await untilPromptsEnd(caller)
  const speaking = caller.play(tone(440, 26_000))
  await hears(caller, hotline.prompt('vi', 'keep-or-again'), 40_000)
  await caller.hangUp()
  await speaking.catch(() => undefined)
  await hotline.settled()
  const [kept, ...others] = await hotline.newVoicemails(before)
  expect(others).toEqual([])
  expect(kept).toMatchObject({ isCutOff: true })
  expect(kept!.durationMs).toBeGreaterThan(18_500)
  expect(kept!.durationMs).toBeLessThan(21_000)
}, 90_000)

test.each([
  ['no room for sound', 0],
  ['full to the last byte', 'nothing'],
] as const)('%s: the caller hears that they are called back, nothing is recorded, and their number is kept', async (_, wanted) => {
  await leave(wanted)
  await untilMessagesMayLast(0)
  const from = hotline.newNumber(COUNTRY)
  const caller = hotline.call(COUNTRY, from)
  await caller.answered
  await hears(caller, hotline.prompt('vi', 'we-call-back'))
  expect(await spooled()).toEqual([])
  await caller.ended
  await expect.poll(numbersToCall, { timeout: 15_000 }).toContain(from)
  await hotline.settled()
})

test('room that goes while somebody speaks: what they said is kept, and the part for what is short is left', async () => {
  await untilMessagesMayLast(180)
  const before = await hotline.voicemails()
  const said = await spokenDigits(40)
  const caller = hotline.call(COUNTRY)
  await caller.answered
  await untilPromptsEnd(caller)
  await caller.play(said)
  await leave(0)
  await hears(caller, hotline.prompt('vi', 'may-we-call'))
  const { bavail, bsize } = await statfs(disk)
  expect(bavail * bsize).toBeGreaterThan(3 * MB)
  await caller.hangUp()
  await hotline.settled()
  const [kept] = await hotline.newVoicemails(before)
  expect(kept).toMatchObject({ isCutOff: true })
  expect(messageIn(await hotline.audioOf(kept!), [said])).toBe(said)
})

test('full to the last byte since the service is away: who rings is asked to ring again, and somebody hears of it', async () => {
  await untilMessagesMayLast(180)
  await expect.poll(dialplanSeconds, { timeout: 20_000 }).toBe(180)
  const from = hotline.newNumber(COUNTRY)
  await product.service.kill9()
  try {
    await leave('nothing')
    await ringAndHear(from, 'try-later')
    expect(await spooled()).toEqual([])
    await leave('plenty')
  } finally {
    await product.service.start()
  }
  await hotline.settled()
  administrator = await signIn(product, 'administrator')
  const unwritten = async () => (await allAlerts()).filter((kind) => kind === 'caller-unwritten')
  await expect.poll(unwritten, { timeout: 15_000 }).toEqual(['caller-unwritten'])
  expect(await numbersToCall()).not.toContain(from)
})

test('room for an entry and for no sound, without the service: who speaks is told that they are called back, and is', async () => {
  await untilMessagesMayLast(180)
  const from = hotline.newNumber(COUNTRY)
  await product.service.kill9()
  try {
    await leave('nothing')
    // Two pages of the disk: the entry's, and half a second of sound.
    await truncate(join(disk, 'filler'), (await stat(join(disk, 'filler'))).size - 8192)
    const caller = hotline.call(COUNTRY, from)
    await caller.answered
    await waitForTone(caller)
    const speaking = caller.play(tone(440, 26_000))
    await hears(caller, hotline.prompt('vi', 'we-call-back'), 30_000)
    await caller.ended
    await speaking.catch(() => undefined)
    await leave('plenty')
  } finally {
    await product.service.start()
  }
  await hotline.settled()
  administrator = await signIn(product, 'administrator')
  expect(await numbersToCall()).toContain(from)
})

test('the service away: the dialplan goes by what it was told last', { timeout: 180_000 }, async () => {
  const from = hotline.newNumber(COUNTRY)
  // Shared among twenty: nobody stops what the dialplan records.
  await leave(7 * MB)
  await expect.poll(dialplanSeconds, { timeout: 20_000 }).toBe(20)
  await product.service.kill9()
  try {
    const speaker = hotline.call(COUNTRY)
    await speaker.answered
    await waitForTone(speaker)
    const speaking = speaker.play(tone(440, 26_000))
    await speaker.ended
    await speaking.catch(() => undefined)
    const [message] = (await hotline.spool()).filter((name) => name.startsWith('fb/'))
    const { size } = await stat(join(disk, 'recording', `${message}.wav`))
    expect(size / 16_000).toBeGreaterThan(18)
    expect(size / 16_000).toBeLessThan(21)
  } finally {
    await product.service.start()
  }
  await hotline.settled()
  administrator = await signIn(product, 'administrator')

  await leave(0)
  await untilMessagesMayLast(0)
  await expect.poll(dialplanSeconds, { timeout: 20_000 }).toBe(0)
  await product.service.kill9()
  try {
    await ringAndHear(from, 'we-call-back')
    expect(await spooled()).toEqual([])
    await leave('plenty')
  } finally {
    await product.service.start()
  }
  await hotline.settled()
  expect(await numbersToCall()).toContain(from)
})
