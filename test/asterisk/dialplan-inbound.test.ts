import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readWav, speak } from '../helpers/audio/index.ts'
import type { Call, Phone } from '../helpers/phone/index.ts'
import { shareHeard, waitForTone } from './dialplan-ears.ts'
import { BANGLADESH, startApp, startSite, TURKIYE, type Site } from './dialplan-site.ts'

const SECOND = 1000

let site: Site
let complaint: string
beforeAll(async () => {
  site = await startSite()
  complaint = await speak('তারা আমাকে তিন মাস বেতন দেয়নি, আর আমি কাউকে বলতে পারি না।', 'bn')
}, 120 * SECOND)
afterAll(() => site?.stop())

/** Calls a number of ours from a carrier and waits until the tone has been heard. */
async function callAndWaitForTone(carrier: Phone, number: string, from: string): Promise<Call> {
  const call = carrier.call(site.uriOf(number), { from })
  await call.answered
  await waitForTone(call)
  return call
}

/** What was kept of the one call from that number, once it is over. */
async function keptOf(caller: string | null): Promise<{ did: string; journalFile: string; messagePath: string }> {
  const [found, ...others] = (await site.journal()).filter(({ callerNumber }) => callerNumber === caller)
  expect(others).toEqual([])
  expect(found).toBeDefined()
  const { did = '', file = '' } = found ?? {}
  await vi.waitUntil(async () => !(await site.isLive(file)), { timeout: 5 * SECOND })
  return { did, journalFile: file, messagePath: site.path('fb', file) }
}

const prompts = (...names: [language: string, name: string][]) => names.map(([language, name]) => site.prompt(language, name))
const shares = (call: Call, paths: string[]) => paths.map((path) => shareHeard(call.heard, path))
const WHOLE = 0.75
const NOTHING_OF_IT = 0.25

describe.concurrent('with no service', () => {
  test('the caller is asked in the line’s language, and the message and who called whom are kept', async () => {
    const caller = '+8801712345678'
    const call = await callAndWaitForTone(site.bangladesh, BANGLADESH.card, caller)
    await call.play(complaint)
    await call.hangUp()

    for (const share of shares(call, prompts(['bn', 'greeting'], ['bn', 'leave-message']))) expect(share).toBeGreaterThan(WHOLE)
    for (const share of shares(call, prompts(['tr', 'leave-message'], ['bn', 'try-later']))) expect(share).toBeLessThan(NOTHING_OF_IT)
    const kept = await keptOf(caller)
    expect(kept.did).toBe(BANGLADESH.card)
    expect(shareHeard(kept.messagePath, complaint)).toBeGreaterThan(WHOLE)
    expect(readWav(kept.messagePath).length).toBeGreaterThan(readWav(complaint).length - 0.3 * 8000)
    expect(kept.journalFile).toMatch(/^[0-9]{10}_[0-9]{10}-[0-9]+\.wav$/)
    expect(await readFile(site.path('journal', kept.journalFile), 'latin1')).toMatch(/^[0-9]{16}[A-Za-z0-9+/]{43}=\n$/)
  })

  test('the hash key ends the message, and the caller is thanked', async () => {
    const caller = '+8801712345679'
    const call = await callAndWaitForTone(site.bangladesh, BANGLADESH.callback, caller)
    await call.play(complaint)
    await call.sendDigit('#')
    expect(await call.ended).toMatchObject({ by: 'them', status: 200 })

    expect(shareHeard(call.heard, site.prompt('bn', 'message-saved'))).toBeGreaterThan(WHOLE)
    const kept = await keptOf(caller)
    expect(kept.did).toBe(BANGLADESH.callback)
    expect(shareHeard(kept.messagePath, complaint)).toBeGreaterThan(WHOLE)
  })

  test('a line of two languages asks in both, and a withheld number leaves a message too', async () => {
    const call = await callAndWaitForTone(site.turkiye, TURKIYE.card, 'anonymous')
    await call.play(complaint)
    await call.hangUp()

    for (const share of shares(call, prompts(['tr', 'leave-message'], ['ar', 'leave-message']))) expect(share).toBeGreaterThan(WHOLE)
    expect(shareHeard((await keptOf(null)).messagePath, complaint)).toBeGreaterThan(WHOLE)
  })
})

test('a caller whom the service answered and then froze on is taken out after 15 s, asked in the chosen language, and kept', async () => {
  const app = await startApp(site)
  try {
    const caller = '+905320000001'
    const calledAt = Date.now()
    const call = site.turkiye.call(site.uriOf(TURKIYE.card), { from: caller })
    expect(await app.nextLine()).toMatch(/^claimed /)
    await app.freeze()
    await call.answered
    await call.waitForAudio({ timeoutMs: 20 * SECOND })
    const askedAfterMs = Date.now() - calledAt
    await waitForTone(call)
    await call.play(complaint)
    await call.hangUp()

    expect(askedAfterMs).toSatisfy((ms: number) => ms > 14 * SECOND && ms < 17 * SECOND)
    const [arabic, turkish] = shares(call, prompts(['ar', 'leave-message'], ['tr', 'leave-message']))
    expect(arabic).toBeGreaterThan(WHOLE)
    expect(turkish).toBeLessThan(NOTHING_OF_IT)
    const kept = await keptOf(caller)
    expect(kept.did).toBe(TURKIYE.card)
    expect(shareHeard(kept.messagePath, complaint)).toBeGreaterThan(WHOLE)
  } finally {
    await app.kill()
  }
})

test.each([
  ['a number nobody has', '+8809600000009'],
  ['another country’s number', TURKIYE.card],
  ['the dead-man’s extension', 'T'],
  ['the start of a context', 's'],
  ['the hang-up extension', 'h'],
  ['the invalid-number extension', 'i'],
])('%s is not answered and leaves no trace', async (_, number) => {
  const before = await site.files('journal')
  expect(await site.bangladesh.call(site.uriOf(number)).ended).toMatchObject({ by: 'them', status: 404 })
  expect(await site.files('journal')).toEqual(before)
})

test('our number is known with and without its plus sign', async () => {
  const call = site.bangladesh.call(site.uriOf(BANGLADESH.card.slice(1)), { from: '+8801712345680' })
  await call.answered
  await call.hangUp()
  expect((await keptOf('+8801712345680')).did).toBe(BANGLADESH.card)
})

test('a text is kept word for word, encrypted, for when the service comes back', async () => {
  const body = 'আমার নাম বলবেন না 😟\n"quotes", commas; $(reboot) `id` ${EPOCH} | & \\'
  expect(await site.bangladesh.sendMessage(site.uriOf(BANGLADESH.card), body, { from: '+8801712345678' })).toMatchObject({ status: 202 })
  await expect.poll(() => site.texts()).toHaveLength(1)
  const [text] = await site.texts()
  expect(text).toMatchObject({ did: BANGLADESH.card, body, isCutOff: false })
  expect(text?.from).toContain('+8801712345678')
  expect(text?.callId).toMatch(/^\w+/)
})

test('the longest text that SIP can carry is kept whole, and of a longer one the fact that it came', async () => {
  const longest = 'ক'.repeat(341)
  await site.bangladesh.sendMessage(site.uriOf(BANGLADESH.card), longest, { from: '+8801712345678' })
  await site.bangladesh.sendMessage(site.uriOf(BANGLADESH.card), 'x'.repeat(1500), { from: '+8801712345678' })
  await expect.poll(() => site.texts()).toHaveLength(3)
  const bodies = (await site.texts()).map(({ body, isCutOff }) => ({ body, isCutOff }))
  expect(bodies).toContainEqual({ body: longest, isCutOff: false })
  expect(bodies).toContainEqual({ body: '', isCutOff: true })
})

test('a text to a number of another country is refused and not kept', async () => {
  expect(await site.bangladesh.sendMessage(site.uriOf(TURKIYE.card), 'hello')).toMatchObject({ status: 404 })
  expect(await site.texts()).toHaveLength(3)
})

test('after all this no log line shows a caller’s number', async () => {
  expect(await site.logLinesWith(/17123456|53200000/)).toEqual([])
})

test.each([
  ['Privacy', 'critical; ID'],
  ['Remote-Party-ID', '<sip:+8801712345679@carrier>;privacy=full'],
])('a text whose number is hidden by %s: %s is kept without it', async (name, value) => {
  const before = (await site.texts()).length
  await site.bangladesh.sendMessage(site.uriOf(BANGLADESH.card), 'hidden', { from: '+8801712345679', headers: { [name]: value } })
  await expect.poll(() => site.texts()).toHaveLength(before + 1)
  const [text] = (await site.texts()).filter(({ body }) => body === 'hidden').slice(-1)
  expect(text?.from).toBe('sip:anonymous@anonymous.invalid')
})

test('a text that asks for another privacy is kept with its number', async () => {
  await site.bangladesh.sendMessage(site.uriOf(BANGLADESH.card), 'shown', { from: '+8801712345679', headers: { Privacy: 'none' } })
  await expect.poll(async () => (await site.texts()).find(({ body }) => body === 'shown')?.from).toContain('+8801712345679')
})
