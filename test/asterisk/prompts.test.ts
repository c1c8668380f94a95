import { readFile, rm, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { correlate, readWav, SAME_SOUND, speak } from '../helpers/audio/index.ts'
import { answers, createPhone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { type FaultyHotline, openHotline, untilPromptsEnd } from './faults-hotline.ts'

const COUNTRY = 'VN'
let product: TestProduct
let hotline: FaultyHotline
let spoken: string

beforeAll(async () => {
  // Everybody leaves a message.
  product = await startTestProduct({
    arrange: async (db) => {
      await db
        .updateTable('country')
        .set({ queueLimitSeconds: 0, languageCodes: ['vi'] })
        .where('id', '=', COUNTRY)
        .execute()
      // The demo's supervisors are each of some countries.
      await db
        .updateTable('appUser')
        .set({ countryIds: [COUNTRY] })
        .where('role', '=', 'supervisor')
        .execute()
    },
  })
  hotline = await openHotline(product)
  spoken = await speak('Xin chào bạn, cảm ơn bạn đã gọi cho chúng tôi hôm nay.', 'vi')
}, 180_000)
afterAll(async () => {
  await hotline?.close()
  await product?.stop()
})

/** What a caller hears before they leave a message, which they do. */
async function heardByCaller(onHeard = () => {}): Promise<Int16Array> {
  const call = hotline.call(COUNTRY)
  await call.answered
  await untilPromptsEnd(call)
  onHeard()
  const heard = call.heard.slice()
  await call.play(spoken)
  await call.hangUp()
  return heard
}

test('a file removed under the running product: the caller is asked in English and heard, the board is told, the file is put back', async () => {
  const file = hotline.prompt('vi', 'leave-message')
  const [draft, english] = [readWav(file), readWav(hotline.prompt('en', 'leave-message'))]
  const before = await hotline.voicemails()
  // Until the caller has heard it all: the service looks each minute whether something is gone, and puts it back.
  // Before the call, too: what it will play is looked for as it is answered.
  await rm(file)
  const remove = setInterval(() => void rm(file, { force: true }), 10)
  const heard = await heardByCaller(() => clearInterval(remove))
  expect(correlate(heard, english).score).toBeGreaterThan(SAME_SOUND)
  expect(correlate(heard, draft).score).toBeLessThan(SAME_SOUND)
  await expect.poll(() => hotline.newVoicemails(before), { timeout: 20_000 }).toHaveLength(1)

  const alerts = () =>
    product.db.selectFrom('alert').select(['subject', 'countryId', 'message']).where('kind', '=', 'prompt-missing').execute()
  await expect.poll(alerts, { timeout: 10_000 }).toEqual([
    {
      subject: 'VN-vi',
      countryId: 'VN',
      message: 'The sound of the prompt leave-message in vi is missing or cannot be read: a caller heard it in another language (en).',
    },
  ])
  await expect.poll(() => readFile(file).catch(() => undefined), { timeout: 70_000 }).toBeDefined()
  const isOver = () =>
    product.db.selectFrom('alert').select('id').where('kind', '=', 'prompt-missing').where('resolvedAt', 'is', null).execute()
  await expect.poll(isOver, { timeout: 70_000 }).toEqual([])
  expect(correlate(readWav(file), draft).score).toBeGreaterThan(SAME_SOUND)
}, 240_000)

async function upload(name: string): Promise<void> {
  const { cookie, csrfToken } = hotline.supervisor
  const body = new FormData()
  body.append('file', new Blob([await readFile(spoken)], { type: 'audio/wav' }), 'file')
  const headers = { cookie, origin: product.url, 'x-csrf-token': csrfToken }
  const reply = await fetch(`${product.url}/api/languages/vi/prompts/${name}/recording`, { method: 'POST', headers, body })
  expect(reply.status, await reply.text()).toBe(200)
}

test('an agent’s phone is rung and plays what callers hear, once', async () => {
  const { sipUser, password } = product.demo.agents.find(({ languages }) => languages.includes('vi'))!
  const registrar = `${product.demo.sip.host}:${product.asterisk.sipPort}`
  const phone = await createPhone({ address: '127.0.0.1', user: sipUser, password, registrar })
  onTestFinished(() => phone.close())
  phone.onCall(answers({ afterMs: 100 }))
  await phone.register()
  const agent = await product.db.selectFrom('agent').select(['userId', 'status']).where('sipUser', '=', sipUser).executeTakeFirstOrThrow()
  const play = () => hotline.supervisor.request('POST', '/api/languages/vi/prompts/goodbye/play', { agentUserId: agent.userId })
  await expect.poll(async () => (await play()).status, { timeout: 15_000 }).toBe(200)
  const call = await phone.nextCall()
  await call.ended
  expect(correlate(call.heard, readWav(hotline.prompt('vi', 'goodbye'))).score).toBeGreaterThan(SAME_SOUND)
  expect(correlate(call.heard, readWav(hotline.prompt('vi', 'hold-on'))).score).toBeLessThan(SAME_SOUND)
  const after = await product.db.selectFrom('agent').select('status').where('sipUser', '=', sipUser).executeTakeFirstOrThrow()
  expect(after.status).toBe(agent.status)
}, 120_000)

test('a recording is what the next caller hears, also without the service, and a prompt that is rubbish ends no call', async () => {
  const draft = readWav(hotline.prompt('vi', 'greeting'))
  const callersBefore = (await hotline.voicemails()).length
  expect(correlate(await heardByCaller(), draft).score).toBeGreaterThan(SAME_SOUND)

  await upload('greeting')
  await expect.poll(() => readFile(hotline.prompt('vi', 'greeting')), { timeout: 5000 }).not.toHaveLength(draft.length * 2 + 44)
  const recorded = await heardByCaller()
  expect(correlate(recorded, readWav(spoken)).score).toBeGreaterThan(SAME_SOUND)
  expect(correlate(recorded, draft).score).toBeLessThan(SAME_SOUND)

  // Those of the callers so far, so that the next is the one after them.
  await expect.poll(hotline.voicemails, { timeout: 20_000 }).toHaveLength(callersBefore + 2)
  const before = await hotline.voicemails()
  await writeFile(hotline.prompt('vi', 'leave-message'), 'rubbish')
  expect(correlate(await heardByCaller(), readWav(spoken)).score).toBeGreaterThan(SAME_SOUND)
  await expect.poll(() => hotline.newVoicemails(before), { timeout: 20_000 }).toHaveLength(1)

  await product.service.kill9()
  expect(correlate(await heardByCaller(), readWav(spoken)).score).toBeGreaterThan(SAME_SOUND)
}, 180_000)
