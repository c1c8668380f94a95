import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { correlate, hears, speak } from '../helpers/audio/index.ts'
import { answers, NotRegistered, type Phone, type PhoneOptions } from '../helpers/phone/index.ts'
import { PHONE_PASSWORD, startEchoAsterisk } from './echo-asterisk.ts'
import { phoneForTest } from './phones.ts'
import type { PlainAsterisk } from '../helpers/plain-asterisk.ts'

let asterisk: PlainAsterisk
beforeAll(async () => {
  asterisk = await startEchoAsterisk()
}, 120_000)
afterAll(() => asterisk?.stop())

const phone = (options: Partial<PhoneOptions> = {}): Promise<Phone> =>
  phoneForTest({ address: '127.0.0.4', user: 'phone', password: PHONE_PASSWORD, registrar: `127.0.0.1:${asterisk.sipPort}`, ...options })
const extension = (number: string): string => `sip:${number}@127.0.0.1:${asterisk.sipPort}`

test('a phone registers by digest, and not with another password', async () => {
  const right = await phone()
  await right.register()
  await right.unregister()
  const wrong = await phone({ password: 'guessed' })
  await expect(wrong.register()).rejects.toThrow(NotRegistered)
})

test.each(['PCMU', 'PCMA'] as const)('what is said comes back from the echo through %s', async (codec) => {
  const caller = await phone({ codecs: [codec] })
  const sentence = await speak('তারা আমাকে কাজ থেকে বের করে দেওয়ার ভয় দেখিয়েছে।', 'bn')
  const call = caller.call(extension('600'))
  await call.answered
  await call.play(sentence)
  expect((await hears(call, sentence)).score).toBeGreaterThan(0.9)
  await call.hangUp()
})

test('digits reach Asterisk, and its own are read', async () => {
  const caller = await phone()
  const call = caller.call(extension('601'))
  await call.answered
  await call.sendDigits('507')
  await call.waitForDigits('507')
  expect(call.digits).toBe('507')
})

test('a message recorded by Asterisk is the one that was spoken', async () => {
  const caller = await phone()
  const message = await speak('Xin chào, tôi muốn kể về lương tháng này của chúng tôi.', 'vi')
  const call = caller.call(extension('602'))
  await call.answered
  await call.play(message)
  await call.hangUp()
  const recorded = join(asterisk.spoolFolder, 'message.wav')
  await expect.poll(() => correlate(recorded, message).score, { timeout: 5000 }).toBeGreaterThan(0.9)
})

test.each([
  ['486', 486, 17],
  ['404', 404, 1],
])('a refusal by Asterisk (%s) is told with its cause', async (number, status, q850) => {
  const caller = await phone()
  expect(await caller.call(extension(number)).ended).toMatchObject({ by: 'them', status, q850 })
})

test('Asterisk rings the registered phone, bridges the audio, and a caller who gives up is told apart', async () => {
  const agent = await phone()
  await agent.register()
  const caller = await phone({ address: '127.0.0.5' })

  const abandoned = caller.call(extension('700'))
  const missed = await agent.nextCall()
  await abandoned.hangUp()
  expect(await missed.ended).toMatchObject({ by: 'them', status: 487 })

  agent.onCall(answers({ afterMs: 50 }))
  const call = caller.call(extension('700'))
  const incoming = await agent.nextCall()
  await Promise.all([call.answered, incoming.answered])
  const greeting = await speak('Merhaba, güvenle konuşabilir misiniz?', 'tr')
  await incoming.play(greeting)
  expect((await hears(call, greeting)).score).toBeGreaterThan(0.9)
  // One INVITE of each call, and Asterisk's re-INVITE that moved the audio off itself.
  expect(receivedInvites(agent)).toBe(3)
  expect(receivedInvites(caller)).toBe(1)
  await incoming.hangUp()
  expect(await call.ended).toMatchObject({ by: 'them', status: 200 })
})

function receivedInvites(phone: Phone): number {
  return phone.sipLog.filter(({ direction, text }) => direction === 'received' && text.startsWith('INVITE')).length
}
