import { randomInt } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CaseView } from '../../server/domains/cases/contract.ts'
import type { WorkerStatusList } from '../../server/domains/pins/contract.ts'
import { loudestFrame } from '../../server/platform/audio/level.ts'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { correlate, decodeWav, readWav, SAME_SOUND } from '../helpers/audio/index.ts'
import { databaseDump, filesIn, numberCanary, sightings, textCanary } from '../helpers/canary.ts'
import { answers, type OutgoingCall } from '../helpers/phone/index.ts'
import { productCipher, startTestProduct, type TestProduct } from '../helpers/product.ts'
import { type Desk, openDesk, timesRung } from './faults-desk.ts'
import { type FaultyHotline, openHotline, spokenDigits } from './faults-hotline.ts'

const COUNTRY = 'VN'
const STATUS = 'Chúng tôi đã nói chuyện với nhà máy. Tuần sau sẽ có người đến.'
let product: TestProduct
let hotline: FaultyHotline
let desk: Desk
let handler: ApiClient

beforeAll(async () => {
  // Everybody leaves a message, also while the agent is free.
  product = await startTestProduct({
    arrange: async (db) => void (await db.updateTable('country').set({ queueLimitSeconds: 0 }).execute()),
  })
  hotline = await openHotline(product)
  desk = await openDesk(product, hotline, { countryId: COUNTRY, language: 'vi' })
  desk.phone.onCall(answers({ afterMs: 100 }))
  handler = await signIn(product, 'case-handler')
}, 180_000)
afterAll(async () => {
  await desk?.phone.close()
  await hotline?.close()
  await product?.stop()
})

const prompt = (name: string) => hotline.prompt('vi', name)
async function press(call: OutgoingCall, keys: string): Promise<void> {
  for (const key of keys) await call.sendDigit(key)
}
/** The same words with their loudest moments so many decibels below full scale on average. */
function atLevel(samples: Int16Array, decibels: number): Int16Array {
  const factor = (32_768 * 10 ** (decibels / 20)) / loudestFrame(samples)
  return samples.map((sample) => Math.round(sample * factor))
}
/** Waits for a prompt, then answers it. */
async function answer(call: OutgoingCall, name: string, keys: string): Promise<void> {
  await hearsNext(call, prompt(name))
  await press(call, keys)
}
/**
 * Waits for a sound that begins after now, in what is heard from now on alone: to search a minute again would come too late for
 * the key that answers it. Looks after each quarter second.
 */
async function hearsNext(call: OutgoingCall, sound: string | Int16Array, timeoutMs = 30_000): Promise<void> {
  // It may have begun while the key before it was still being sent.
  const from = Math.max(0, call.heard.length - 8000)
  let looked = call.heard.length
  const isHeard = () => {
    if (call.heard.length < looked + 2000) return false
    looked = call.heard.length
    return correlate(call.heard.subarray(from), sound).score > SAME_SOUND
  }
  await call.waitUntil(isHeard, 'the next sentence', timeoutMs)
}
async function speak(call: OutgoingCall, message: string): Promise<void> {
  await hearsNext(call, prompt('leave-message'))
  await call.waitForSilence(400)
  await call.play(message)
  await call.sendDigit('#')
}
async function newVoicemail(before: readonly { id: string }[]) {
  let found: Awaited<ReturnType<FaultyHotline['newVoicemails']>> = []
  await expect.poll(async () => (found = await hotline.newVoicemails(before as never)), { timeout: 20_000 }).toHaveLength(1)
  return found[0]!
}

/** The digits that were read out, by comparing with every digit's prompt, one after the other. */
function digitsHeard(heard: Int16Array, after: string, count: number): string {
  const start = correlate(heard, prompt(after)).offsetMs * 8 + readWav(prompt(after)).length
  const sounds = Array.from({ length: 10 }, (_, digit) => readWav(prompt(`digit-${digit}`)))
  let position = start
  let digits = ''
  // A digit begins where sound does; the pause between two groups is longer than that between two digits.
  const nextSound = (from: number) => heard.findIndex((sample, index) => index >= from && Math.abs(sample) > 400)
  while (digits.length < count) {
    position = nextSound(position) - 600
    expect(position, `the beginning of digit ${digits.length + 1}`).toBeGreaterThan(0)
    const candidates = sounds.map((sound, digit) => {
      const { score, offsetMs } = correlate(heard.subarray(position, position + sound.length + 1600), sound)
      return { digit, score, end: position + offsetMs * 8 + sound.length }
    })
    const best = candidates.reduce((a, b) => (b.score > a.score ? b : a))
    expect(best.score, `digit ${digits.length + 1}`).toBeGreaterThan(SAME_SOUND)
    digits += best.digit
    position = Math.round(best.end) - 1500
  }
  return digits
}

test(
  'a message said again and another number entered: the second take is kept, and the agent’s callback rings that number',
  { timeout: 180_000 },
  async () => {
    const before = await hotline.voicemails()
    const [first, second] = [await spokenDigits(1), await spokenDigits(2)]
    const [from, other] = [hotline.newNumber(COUNTRY), hotline.newNumber(COUNTRY)]
    const call = hotline.call(COUNTRY, from)
    await call.answered
    await speak(call, first)
    await answer(call, 'keep-or-again', '2')
    await hearsNext(call, prompt('leave-message'))
    await call.waitForSilence(400)
    await call.play(second)
    await call.sendDigit('#')
    await hearsNext(call, prompt('keep-or-again'))
    await press(call, '1')
    await answer(call, 'call-keys', '2')
    await answer(call, 'enter-number', `${other.replace('+84', '0')}#`)
    await answer(call, 'number-right', '1')
    await hearsNext(call, prompt('message-saved'))
    await call.ended

    const voicemail = await newVoicemail(before)
    const kept = await hotline.audioOf(voicemail)
    expect(correlate(kept, second).score).toBeGreaterThan(SAME_SOUND)
    expect(correlate(kept, first).score).toBeLessThan(SAME_SOUND)
    const carrier = hotline.carrier(COUNTRY)
    carrier.onCall(answers({ afterMs: 100 }))
    await desk.take(voicemail.callbackId!)
    const toWorker = await carrier.nextCall()
    await toWorker.answered
    expect([timesRung(carrier, other), timesRung(carrier, from)]).toEqual([1, 0])
    await toWorker.hangUp()
    expect(
      sightings([numberCanary('the other number', other, '84')], [...(await databaseDump(product.db)), ...(await filesIn(product.folder))]),
    ).toEqual([])
  },
)

test(
  'no call, but a PIN: with it the worker hears from any phone what was left for them, and says more',
  { timeout: 180_000 },
  async () => {
    const before = await hotline.voicemails()
    const call = hotline.call(COUNTRY)
    await call.answered
    await speak(call, await spokenDigits(3))
    await answer(call, 'keep-or-again', '1')
    await answer(call, 'call-keys', '3')
    // It is theirs from the first digit on; that it is read twice, the flow's own tests tell.
    await hearsNext(call, prompt('pin-again'), 60_000)
    await call.hangUp()
    const pin = digitsHeard(call.heard, 'pin-is', 10)
    const voicemail = await newVoicemail(before)
    expect(voicemail).toMatchObject({ callbackId: null })

    const grievance = await desk.api.send<CaseView>('POST', '/api/cases', {
      ...{ voicemailId: voicemail.id, category: 'wages-and-benefits', severity: 'high', workerWish: 'anonymous' },
      summary: 'Wages of two months were not paid.',
    })
    const statuses = `/api/cases/${grievance.id}/statuses`
    const { items } = await handler.send<WorkerStatusList>('POST', statuses, { text: STATUS, languageCode: 'vi', sentence: 'please-ring' })
    await handler.send('POST', `${statuses}/${items[0]!.id}/publish`)
    const reply = await handler.request('GET', `${statuses}/${items[0]!.id}/audio`)
    const status = decodeWav(new Uint8Array(await reply.arrayBuffer()))

    const again = await hotline.voicemails()
    const later = hotline.call(COUNTRY)
    await later.answered
    await answer(later, 'pin-offer', '0')
    const wrong = pin.startsWith('0') ? `1${pin.slice(1)}` : `0${pin.slice(1)}`
    await answer(later, 'pin-enter', wrong)
    await hearsNext(later, prompt('pin-not-found'))
    await later.waitForSilence(400)
    await press(later, pin)
    await hearsNext(later, status)
    // As with people who know it: while the keys are still being said.
    await press(later, '2')
    await speak(later, await spokenDigits(4))
    await answer(later, 'keep-or-again', '1')
    await hearsNext(later, prompt('message-kept'))
    await later.ended

    const more = await newVoicemail(again)
    const owners = await product.db.selectFrom('voicemail').select('workerId').where('id', 'in', [voicemail.id, more.id]).execute()
    expect(owners[0]!.workerId).toBe(owners[1]!.workerId)
    expect(await hotline.callbacks('voicemail', COUNTRY)).toEqual([])
    expect(await hotline.callbacks('missed-call', COUNTRY)).toEqual([])
    const left = await readdir(product.folder, { recursive: true })
    expect(left.filter((name) => name.startsWith('status-spool/') && name.endsWith('.wav'))).toEqual([])
    expect(sightings([textCanary('the PIN', pin)], [...(await databaseDump(product.db)), ...(await filesIn(product.folder))])).toEqual([])
  },
)

test.each([
  ['known', 45],
  ['withheld', 52],
] as const)('a whisper from a %s number, %i dB below full scale, is kept whole and marked', { timeout: 60_000 }, async (kind, below) => {
  const before = await hotline.voicemails()
  const words = readWav(await spokenDigits(below))
  const whisper = atLevel(words, -below)
  const from = hotline.newNumber(COUNTRY)
  const hidden = { 'P-Asserted-Identity': `<sip:${from}@carrier.example>`, Privacy: 'id' }
  const call = hotline.call(COUNTRY, from, kind === 'withheld' ? hidden : {})
  await call.answered
  await hearsNext(call, prompt('leave-message'))
  await call.waitForSilence(400)
  await call.play(whisper)
  await call.hangUp()
  const voicemail = await newVoicemail(before)
  expect(voicemail).toMatchObject({ isQuiet: true })
  expect(voicemail.callbackId === null, 'nobody to call back').toBe(kind === 'withheld')
  const kept = await hotline.audioOf(voicemail)
  expect(correlate(kept, words).score).toBeGreaterThan(SAME_SOUND)
})

test(
  'wrong PINs are limited: beyond it a right one tells nothing either, and another phone may still ask',
  { timeout: 90_000 },
  async () => {
    // One of its own for each try: a PIN is nobody else's.
    const PIN = String(randomInt(10 ** 9, 10 ** 10))
    const { id: workerId } = await product.db.selectFrom('worker').select('id').limit(1).executeTakeFirstOrThrow()
    const cipher = await productCipher(product)
    await product.db
      .insertInto('pin')
      .values({ blindIndex: cipher.blindIndex('pin', PIN), workerId, givenAt: new Date() })
      .execute()
    const call = hotline.call(COUNTRY)
    await call.answered
    await answer(call, 'pin-offer', '0')
    await answer(call, 'pin-enter', '0000000000')
    await hearsNext(call, prompt('pin-not-found'))
    // As if they had tried five times before.
    const miss = await product.db.selectFrom('pinMiss').selectAll().orderBy('missedAt', 'desc').executeTakeFirstOrThrow()
    const { lineDid, phoneNumberId, missedAt } = miss
    await product.db
      .insertInto('pinMiss')
      .values(Array.from({ length: 5 }, () => ({ lineDid, phoneNumberId, missedAt })))
      .execute()
    await call.waitForSilence(400)
    await press(call, PIN)
    await hearsNext(call, prompt('pin-not-found'))
    await call.hangUp()
    const limited = () => product.db.selectFrom('activity').select('subjectId').where('action', '=', 'pin.limited').execute()
    expect(await limited()).toContainEqual({ subjectId: `${COUNTRY}-card` })

    const other = hotline.call(COUNTRY)
    await other.answered
    await answer(other, 'pin-offer', '0')
    await answer(other, 'pin-enter', PIN)
    await hearsNext(other, prompt('pin-nothing-new'))
    await other.hangUp()
  },
)
