import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { VoicemailPage, VoicemailView } from '../../server/domains/voicemails/contract.ts'
import type { CallbackPage } from '../../server/domains/callbacks/contract.ts'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { containsPrompt, correlate, decodeWav, hears, SAME_SOUND, speak } from '../helpers/audio/index.ts'
import { createPhone, type OutgoingCall, type Phone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'

let product: TestProduct
let supervisor: ApiClient
const phones = new Map<string, Phone>()

beforeAll(async () => {
  product = await startTestProduct()
  supervisor = await signIn(product, 'supervisor')
  for (const { id, carrier } of product.demo.countries) phones.set(id, await createPhone({ address: carrier.host, port: carrier.port }))
}, 180_000)
afterAll(async () => {
  for (const phone of phones.values()) await phone.close()
  await product?.stop()
})

const country = (id: string) => product.demo.countries.find((one) => one.id === id)!
const prompt = (language: string, name: string) => join(product.folder, 'sounds', language, `${name}.wav`)
let callers = 0

function callHotline(
  countryId: string,
  from = workerNumber(country(countryId), country(countryId).languages[0]!, 4000 + callers++),
  did = country(countryId).cardDid,
): OutgoingCall {
  const { sip } = product.demo
  return phones.get(countryId)!.call(`sip:${did.replace('+', '')}@${sip.host}:${product.asterisk.sipPort}`, { from })
}

const voicemails = async () => (await supervisor.get<VoicemailPage>('/api/voicemails')).items
async function newVoicemail(before: readonly VoicemailView[]): Promise<VoicemailView> {
  const known = new Set(before.map(({ id }) => id))
  let found: VoicemailView | undefined
  await expect.poll(async () => (found = (await voicemails()).find(({ id }) => !known.has(id))), { timeout: 20_000 }).toBeDefined()
  return found!
}

async function audioOf(voicemail: VoicemailView): Promise<Int16Array> {
  const reply = await supervisor.request('GET', `/api/voicemails/${voicemail.id}/audio`)
  expect(reply.status).toBe(200)
  return decodeWav(new Uint8Array(await reply.arrayBuffer()))
}

describe('a worker calls the number on the card', () => {
  test.each([
    ['BD', 'bn', 'তারা আমাদের বেতন দুই মাস ধরে দেয়নি, আর কেউ কিছু বলতে সাহস পায় না।'],
    ['VN', 'vi', 'Họ bắt chúng tôi làm thêm giờ mỗi ngày mà không trả thêm tiền.'],
  ])('%s: hears its own language and leaves a message that is kept whole', async (countryId, language, words) => {
    const before = await voicemails()
    const call = callHotline(countryId)
    await call.answered
    expect((await hears(call, prompt(language, 'greeting'))).score).toBeGreaterThan(0.8)
    expect((await hears(call, prompt(language, 'leave-message'))).score).toBeGreaterThan(0.8)
    await call.waitForSilence(400)
    const message = await speak(words, language)
    await call.play(message)
    await call.sendDigit('#')
    for (const question of ['keep-or-again', 'may-we-call']) {
      expect((await hears(call, prompt(language, question))).score).toBeGreaterThan(0.8)
      await call.sendDigit('1')
    }
    expect((await hears(call, prompt(language, 'message-saved'))).score).toBeGreaterThan(0.8)
    await call.ended

    const voicemail = await newVoicemail(before)
    expect(voicemail).toMatchObject({ countryId, languageCode: language, isCutOff: false })
    expect(correlate(await audioOf(voicemail), message).score).toBeGreaterThan(0.8)
    const { items } = await supervisor.get<CallbackPage>('/api/callbacks?status=waiting')
    expect(items.find(({ id }) => id === voicemail.callbackId)).toMatchObject({ reason: 'voicemail', countryId, languageCode: language })
  })

  test('the number that a phone shows when we call, called back, answers as the one on the card does', async () => {
    const { callbackDid } = country('VN')
    const [card, shown] = [callHotline('VN'), callHotline('VN', undefined, callbackDid)]
    await Promise.all([card.answered, shown.answered])
    for (const call of [card, shown]) expect((await hears(call, prompt('vi', 'greeting'))).score).toBeGreaterThan(SAME_SOUND)
    const both = Math.min(card.heard.length, shown.heard.length) - 8000
    // All that either has heard, but for the beginnings, which the two may have missed by a different packet.
    expect(correlate(card.heard, shown.heard.subarray(4000, both)).score).toBeGreaterThan(SAME_SOUND)
    await Promise.all([card.hangUp(), shown.hangUp()])
  })

  test('the prompt of another language does not pass for the one that was heard', async () => {
    const call = callHotline('BD')
    await call.answered
    await hears(call, prompt('bn', 'leave-message'))
    expect(containsPrompt(call.heard, prompt('vi', 'leave-message'))).toBe(false)
    await call.hangUp()
  })

  test('chooses the second language by key', async () => {
    const before = await voicemails()
    const call = callHotline('IN')
    await call.answered
    await hears(call, prompt('ta', 'menu-2'))
    await call.sendDigit('2')
    expect((await hears(call, prompt('ta', 'leave-message'))).score).toBeGreaterThan(0.8)
    await call.waitForSilence(400)
    await call.play(await speak('எங்களுக்கு இரண்டு மாதமாகச் சம்பளம் தரவில்லை, தயவுசெய்து உதவுங்கள்.', 'ta'))
    await call.hangUp()
    expect(await newVoicemail(before)).toMatchObject({ countryId: 'IN', languageCode: 'ta' })
  })

  test('who hangs up before choosing is called back once, however often they ring', async () => {
    const from = workerNumber(country('TR'), 'tr', 77)
    for (let time = 0; time < 2; time++) {
      const call = callHotline('TR', from)
      await call.answered
      await call.waitForAudio()
      await call.hangUp()
    }
    const missed = async () =>
      (await supervisor.get<CallbackPage>('/api/callbacks?status=waiting&countryId=TR')).items.filter(
        ({ reason }) => reason === 'missed-call',
      )
    await expect.poll(missed, { timeout: 15_000 }).toHaveLength(1)
  })

  test('a message from a withheld number is kept, though nobody can be called back', async () => {
    const before = await voicemails()
    const call = callHotline('BD', 'anonymous')
    await call.answered
    await hears(call, prompt('bn', 'leave-message'))
    await call.waitForSilence(400)
    await call.play(await speak('আমি আমার নম্বর দিতে চাই না, কিন্তু এখানে আগুনের দরজা বন্ধ থাকে।', 'bn'))
    await call.hangUp()
    expect(await newVoicemail(before)).toMatchObject({ callbackId: null, callbackReference: null })
  })

  test('nothing of a message stays in the PBX once it is in the database', async () => {
    await expect.poll(() => storedRecordings(), { timeout: 20_000 }).toEqual([])
  })
})

async function storedRecordings(): Promise<string[]> {
  const { ariUrl, ariUser, ariPassword } = product.asterisk
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  const reply = await fetch(`${ariUrl}/recordings/stored`, { headers: { authorization } })
  return ((await reply.json()) as { name: string }[]).map(({ name }) => name)
}
