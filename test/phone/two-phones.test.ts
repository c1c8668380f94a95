import { expect, test } from 'vitest'
import { correlate, hears, speak, tone, toneLevel } from '../helpers/audio/index.ts'
import { announces, answers, CallNotAnswered, rejects, ringsForever } from '../helpers/phone/index.ts'
import { twoPhones } from './phones.ts'

test('both sides of a call hear each other', async () => {
  const { worker, agent } = await twoPhones()
  agent.onCall(answers({ afterMs: 20 }))
  const [question, answer] = await Promise.all([speak('Is it safe to talk now', 'en-gb'), speak('Haan, boliye, main akela hoon', 'hi')])

  const outgoing = worker.call(agent.uri)
  const incoming = await agent.nextCall()
  expect(await outgoing.answered).toMatchObject({ status: 200 })
  await Promise.all([outgoing.play(answer), incoming.play(question)])

  expect((await hears(incoming, answer)).score).toBeGreaterThan(0.95)
  expect((await hears(outgoing, question)).score).toBeGreaterThan(0.95)
  expect(correlate(outgoing.heard, answer).score).toBeLessThan(0.5)
  expect(outgoing.replies).toEqual([100, 180, 200])
})

test('a-law is agreed on when only one side insists on it', async () => {
  const { worker, agent } = await twoPhones({}, { codecs: ['PCMA'] })
  agent.onCall(answers())
  const outgoing = worker.call(agent.uri)
  const incoming = await agent.nextCall()
  await outgoing.answered
  await outgoing.play(tone(620, 300))
  expect(toneLevel(incoming.heard.subarray(-1600), 620)).toBeGreaterThan(0.25)
})

test('phones without a common codec end with 488', async () => {
  const { worker, agent } = await twoPhones({ codecs: ['PCMU'] }, { codecs: ['PCMA'] })
  agent.onCall(answers())
  await expect(worker.call(agent.uri).answered).rejects.toThrow(CallNotAnswered)
  expect(agent.calls).toEqual([])
})

test('digits arrive in order, each once, repeated keys too', async () => {
  const { worker, agent } = await twoPhones({ digitsPayloadType: 96 })
  agent.onCall(answers())
  const outgoing = worker.call(agent.uri)
  const incoming = await agent.nextCall()
  await outgoing.answered
  await outgoing.sendDigits('1550*#')
  await incoming.waitForDigits('1550*#')
  expect(incoming.digits).toBe('1550*#')
})

test.each([
  [486, 17],
  [603, 21],
  [404, 1],
  [480, 19],
  [503, 34],
])('a refusal with %i reaches the caller with its cause', async (status, q850) => {
  const { worker, agent } = await twoPhones()
  agent.onCall(rejects(status, { afterMs: 10, q850 }))
  const call = worker.call(agent.uri)
  expect(await call.ended).toMatchObject({ by: 'them', status, q850 })
  expect(call.replies).toEqual([100, 180, status])
})

test('a caller who gives up while it rings sends CANCEL and gets 487', async () => {
  const { worker, agent } = await twoPhones()
  agent.onCall(ringsForever())
  const outgoing = worker.call(agent.uri)
  await outgoing.ringing
  expect(await outgoing.hangUp()).toMatchObject({ by: 'us', status: 487 })
  expect(await (await agent.nextCall()).ended).toMatchObject({ by: 'them', status: 487 })
  expect([worker.calls, agent.calls]).toEqual([[], []])
})

test('an announcement is heard before the refusal that follows it', async () => {
  const { worker, agent } = await twoPhones()
  agent.onCall(announces(tone(950, 400), 404))
  const call = worker.call(agent.uri)
  expect(await call.ended).toMatchObject({ status: 404 })
  expect(toneLevel(call.heard, 950)).toBeGreaterThan(0.2)
})

test('either side can hang up', async () => {
  const { worker, agent } = await twoPhones()
  agent.onCall(answers())
  const first = worker.call(agent.uri)
  await first.answered
  await first.hangUp()
  expect(await (await agent.nextCall()).ended).toMatchObject({ by: 'them', status: 200 })

  const second = worker.call(agent.uri)
  const incoming = await agent.nextCall()
  await second.answered
  await incoming.hangUp()
  expect(await second.ended).toMatchObject({ by: 'them', status: 200 })
})

test('texts in any script arrive as sent', async () => {
  const { worker, agent } = await twoPhones()
  const text = 'আমাকে ফোন করুন\r\n谢谢 🙏'
  expect(await worker.sendMessage(agent.uri, text)).toMatchObject({ status: 200 })
  expect((await agent.nextMessage()).body).toBe(text)
})

test('a third of the SIP messages lost: the call still comes up and goes down', { timeout: 60_000 }, async () => {
  const { worker, agent } = await twoPhones({ loss: { sip: 0.33, seed: 42 } })
  agent.onCall(answers())
  const outgoing = worker.call(agent.uri)
  await outgoing.answered
  await outgoing.hangUp()
  expect(await (await agent.nextCall()).ended).toMatchObject({ by: 'them' })
})

test('lost audio leaves silence in its place, so that the rest stays aligned', async () => {
  const { worker, agent } = await twoPhones({ loss: { rtp: 0.1 } })
  agent.onCall(answers())
  const prompt = await speak('The audio of this sentence arrives with holes in it', 'en-gb')
  const outgoing = worker.call(agent.uri)
  const incoming = await agent.nextCall()
  await outgoing.answered
  await outgoing.play(prompt)
  expect((await hears(incoming, prompt)).score).toBeGreaterThan(0.85)
  expect(incoming.packets.received).toBeLessThan(outgoing.packets.sent)
})

test('the transcript holds each message of both directions as it was on the wire', async () => {
  const { worker, agent } = await twoPhones()
  agent.onCall(rejects(486))
  await worker.call(agent.uri, { from: '+15550100' }).ended
  expect(worker.sipLog.map(({ direction, text }) => `${direction} ${text.slice(0, text.indexOf(' sip:') + 1 || 11)}`.trim())).toEqual([
    'sent INVITE',
    'received SIP/2.0 100',
    'received SIP/2.0 486',
    'sent ACK',
  ])
  expect(agent.sipLog[0]?.text).toContain('+15550100')
})

test('a phone that vanished answers nothing any more, and close() gives its port back', async () => {
  const { worker, agent } = await twoPhones()
  agent.onCall(answers())
  const outgoing = worker.call(agent.uri)
  await outgoing.answered
  ;(await agent.nextCall()).vanish()
  expect(await outgoing.hangUp()).toMatchObject({ by: 'us' })

  await agent.close()
  const { agent: again } = await twoPhones({}, { port: agent.port })
  expect(again.port).toBe(agent.port)
})

test('a phone that remembers nothing lets go of calls that nobody waits for', async () => {
  const { worker, agent } = await twoPhones({}, { remembers: false })
  agent.onCall(answers())
  const before = worker.call(agent.uri)
  await before.answered
  const next = agent.nextCall()
  const after = worker.call(agent.uri)
  await after.answered
  expect((await next).header('Call-ID')).toBe(after.header('Call-ID'))
  await Promise.all([before.hangUp(), after.hangUp()])
})
