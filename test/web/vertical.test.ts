import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CallbackPage, CallbackView } from '../../server/domains/callbacks/contract.ts'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import { speak, tone } from '../helpers/audio/index.ts'
import { answers, createPhone, type Phone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { launchBrowser, openConsole, type SignedInPage } from './browser.ts'

const LANGUAGE = 'vi'
let product: TestProduct
let browser: Browser
let carrier: Phone
let agentPhone: Phone
let supervisor: SignedInPage
let agent: SignedInPage

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  product = await startTestProduct()
  browser = await launchBrowser()
  const { carrier: at } = country()
  carrier = await createPhone({ address: at.host, port: at.port })
  carrier.onCall(answers({ afterMs: 300 }))
  const { password } = product.demo.agents.find(({ sipUser }) => sipUser === 'agent-vnvi')!
  const registrar = `${product.demo.sip.host}:${product.asterisk.sipPort}`
  agentPhone = await createPhone({ address: '127.0.0.1', user: 'agent-vnvi', password, registrar })
  agentPhone.onCall(answers({ afterMs: 100 }))
  await agentPhone.register()
  supervisor = await openConsole(browser, product, 'supervisor@demo.localhost')
  agent = await openConsole(browser, product, 'agent-vn-vi@demo.localhost')
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await agentPhone?.close()
  await carrier?.close()
  await product?.stop()
})

const country = () => product.demo.countries.find(({ id }) => id === 'VN')!
let reference = ''

test('a call arrives on the board as it happens, and its message can be played', async () => {
  const { page } = supervisor
  await page.goto(`${product.url}/#/board`)
  await page.getByText('Nobody is on the line.').waitFor()
  const did = country().cardDid.replace('+', '')
  const call = carrier.call(`sip:${did}@${product.demo.sip.host}:${product.asterisk.sipPort}`, {
    from: workerNumber(country(), LANGUAGE, 31),
  })
  await page.getByText('Calls us').waitFor({ timeout: 10_000 })
  await call.answered
  await page.locator('.here', { hasText: 'message' }).waitFor({ timeout: 30_000 })
  await call.waitForSilence(1000)
  await call.play(await speak('Chúng tôi phải làm việc cả chủ nhật mà không được trả thêm tiền.', LANGUAGE))
  await call.hangUp()

  const voicemails = page.getByRole('region', { name: 'Newest voicemails' })
  await voicemails.getByRole('button', { name: /Viet Nam Vietnamese/ }).click({ timeout: 20_000 })
  await voicemails.getByRole('button', { name: 'Play' }).click()
  await expect
    .poll(() => voicemails.locator('audio').evaluate((audio) => (audio as unknown as { currentTime: number }).currentTime), {
      timeout: 10_000,
    })
    .toBeGreaterThan(0.5)
  await expect.poll(() => voicemails.getByText('not heard yet').count()).toBe(0)
  reference = /CB-\d+/.exec(await voicemails.innerText())![0]
})

test('the agent calls back, asks the questions and opens a case', async () => {
  const { page } = agent
  await page.goto(`${product.url}/#/desk`)
  await page.getByRole('link', { name: reference }).click()
  await page.getByRole('button', { name: 'Call now' }).click()
  const toAgent = await agentPhone.nextCall()
  const toWorker = await carrier.nextCall()
  await Promise.all([toAgent.answered, toWorker.answered])
  await page.getByText('talking', { exact: true }).first().waitFor({ timeout: 10_000 })
  void toWorker.play(tone(600, 30_000))

  await page.getByText('Bây giờ anh chị nói chuyện có an toàn không?').waitFor()
  await page.keyboard.press('1')
  await page.getByText('Từ sau buổi thăm').waitFor()
  await page.getByRole('button', { name: /Yes/ }).click()
  await page.locator('.script textarea').fill('The line leader took away the overtime of those who spoke.')
  await page.getByRole('button', { name: 'Save the answer' }).click()
  await page.getByText('Có điều gì về công việc').waitFor()
  await page.keyboard.press('1')

  await page.getByLabel('What happened').fill('Overtime withheld from those who spoke to the visitor.')
  await expect.poll(() => page.getByLabel('Category').inputValue()).toBe('retaliation')
  await page.getByRole('button', { name: 'Open the case' }).click()
  await page.getByText(/CASE-\d+ is opened, critical/).waitFor()

  await page.getByRole('button', { name: 'Hang up' }).click()
  await toWorker.ended
  await page.getByRole('button', { name: 'complete' }).click({ timeout: 15_000 })
  await page.getByText('done', { exact: true }).first().waitFor({ timeout: 10_000 })
})

const called = new Set<string>()
let callers = 40
/** Somebody else than before rings and hangs up; the agent calls them back. @returns the worker's phone, and the callback as it is now */
async function callBack() {
  const { page } = agent
  const before = await product.db.selectFrom('callback').select('id').execute()
  for (const { id } of before) called.add(id)
  // Else the agent's phone would ring for the caller.
  await product.db.updateTable('agent').set({ status: 'away' }).where('sipUser', '=', 'agent-vnvi').execute()
  const did = country().cardDid.replace('+', '')
  const missed = carrier.call(`sip:${did}@${product.demo.sip.host}:${product.asterisk.sipPort}`, {
    from: workerNumber(country(), LANGUAGE, ++callers),
  })
  await missed.answered
  await missed.waitForAudio()
  await missed.hangUp()
  const owed = async () => {
    const { items } = await page.evaluate(
      async () => (await fetch('/api/callbacks?status=waiting&limit=200')).json() as Promise<CallbackPage>,
    )
    return items.find((item) => !called.has(item.id))
  }
  await expect.poll(owed, { timeout: 10_000 }).toBeDefined()
  const { id, reference: name } = (await owed())!
  called.add(id)
  await page.goto(`${product.url}/#/desk/${id}`)
  // The callback shown before waits again, and could be called from its page too.
  await page.getByRole('heading', { name, exact: true }).waitFor()
  await page.getByRole('button', { name: 'Call now' }).click()
  const toAgent = await agentPhone.nextCall()
  const toWorker = await carrier.nextCall()
  await Promise.all([toAgent.answered, toWorker.answered])
  await page.getByText('talking', { exact: true }).first().waitFor({ timeout: 10_000 })
  return { id, toWorker, read: () => product.db.selectFrom('callback').selectAll().where('id', '=', id).executeTakeFirstOrThrow() }
}

test('not safe to talk: nothing is thanked for, and a new time is two clicks', async () => {
  const { page } = agent
  const { id, toWorker, read } = await callBack()
  const offered = await page.evaluate(async (of) => (await fetch(`/api/callbacks/${of}`)).json() as Promise<CallbackView>, id)
  await page.getByRole('button', { name: 'Bây giờ thì không' }).click()
  await page.getByText('Xin lỗi đã làm phiền. Chào anh chị.').waitFor()
  expect(await page.getByText('Cảm ơn anh chị đã kể').count()).toBe(0)
  await page.getByRole('group', { name: 'Call again' }).getByRole('button').nth(1).click()
  await toWorker.ended
  await expect.poll(async () => (await read()).lastOutcome, { timeout: 10_000 }).toBe('not-safe-now')
  const { status, dueAt, countedAttempts } = await read()
  expect({ status, dueAt: dueAt.toISOString(), countedAttempts }).toEqual({
    status: 'waiting',
    dueAt: offered.likelyTimes[1],
    countedAttempts: 0,
  })
})

test('somebody else answered: a goodbye that tells nothing, and one key', async () => {
  const { page } = agent
  const { toWorker, read } = await callBack()
  await page.getByRole('button', { name: 'Người khác nghe máy' }).click()
  await page.getByText('Xin lỗi đã làm phiền. Chào anh chị.').waitFor()
  expect(await page.getByText('Cảm ơn anh chị đã kể').count()).toBe(0)
  await page.keyboard.press('s')
  await toWorker.ended
  await expect.poll(async () => (await read()).lastOutcome, { timeout: 10_000 }).toBe('someone-else')
  expect(await read()).toMatchObject({ status: 'waiting', heldReason: null })
})

test('a machine answered: one key hangs up, while “complete” waits for the end of the call', async () => {
  const { page } = agent
  const { toWorker, read } = await callBack()
  await page.keyboard.press('c')
  expect(await page.getByRole('button', { name: 'complete' }).isDisabled()).toBe(true)
  await page.keyboard.press('m')
  await toWorker.ended
  await expect.poll(async () => (await read()).lastOutcome, { timeout: 10_000 }).toBe('machine')
})

test('a refusal is final and asked for twice, also while the page still asks for what the call came to', async () => {
  const { page } = agent
  const { id, toWorker, read } = await callBack()
  const late = Promise.withResolvers<void>()
  const view = `**/api/callbacks/${id}`
  await page.route(view, async (route) => {
    await late.promise
    await route.continue()
  })
  await page.getByRole('button', { name: 'Hang up' }).click()
  await toWorker.ended
  await page.getByText('wrap-up', { exact: true }).first().waitFor({ timeout: 10_000 })
  await page.keyboard.press('r')
  await page.getByText('Nobody will call this number again').waitFor()
  const answered = page.waitForResponse(view)
  late.resolve()
  await (await answered).finished()
  await page.unroute(view)
  await page.evaluate('new Promise((shown) => requestAnimationFrame(shown))')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await read()).lastOutcome, { timeout: 10_000 }).toBe('refused')
})

test('the grievance is counted, and nothing was asked of another host', async () => {
  const { page } = supervisor
  await page.goto(`${product.url}/#/dashboard`)
  const row = page.getByRole('row', { name: /Viet Nam/ })
  await row.waitFor()
  expect((await row.getByRole('cell').allInnerTexts()).slice(1)).toEqual(['1', '1', '0', '1', '0', '0'])
  const hosts = [...supervisor.requested, ...agent.requested].map((address) => new URL(address).host)
  expect(new Set(hosts)).toEqual(new Set([new URL(product.url).host]))
  expect([...supervisor.problems, ...agent.problems]).toEqual([])
})

test('what was written and not handed in yet outlives the outcome and another page', async () => {
  const { page } = agent
  const { id, toWorker } = await callBack()
  await page.keyboard.press('1')
  await page.getByText('Từ sau buổi thăm').waitFor()
  await page.getByRole('button', { name: /Yes/ }).click()
  await page.locator('.script textarea').fill('Two of them were moved to the night shift.')
  await page.getByLabel('What happened', { exact: true }).fill('Moved to the night shift after the visit.')
  await page.getByRole('button', { name: 'Hang up' }).click()
  await toWorker.ended
  await page.getByRole('button', { name: 'cut off' }).click({ timeout: 15_000 })
  await page.getByText('This case is written and not opened yet.').waitFor({ timeout: 10_000 })
  const answers = await product.db.selectFrom('answer').select('textSealed').where('callbackId', '=', id).execute()
  expect(answers.filter(({ textSealed }) => textSealed !== null)).toHaveLength(1)

  await page.getByRole('link', { name: 'All callbacks' }).click()
  const begun = page.locator('main').getByText('You have begun a case and not opened it:')
  await begun.getByRole('link').click()
  expect(await page.getByLabel('What happened', { exact: true }).inputValue()).toBe('Moved to the night shift after the visit.')
  await page.getByRole('button', { name: 'Open the case' }).click()
  await page.getByText(/CASE-\d+ is opened/).waitFor()
  expect(await page.getByText('This case is written and not opened yet.').count()).toBe(0)
})

test('a worker who rings while the agent is free is put through, and the agent’s page opens by itself', async () => {
  const { page } = agent
  await page.goto(`${product.url}/#/desk`)
  const free = page.getByRole('button', { name: 'I am free' })
  if (await free.count()) await free.click()
  const did = country().cardDid.replace('+', '')
  agentPhone.onCall(answers({ afterMs: 1500 }))
  const call = carrier.call(`sip:${did}@${product.demo.sip.host}:${product.asterisk.sipPort}`, {
    from: workerNumber(country(), LANGUAGE, 32),
  })
  await page.getByRole('alert').getByText('Your phone rings').waitFor({ timeout: 15_000 })
  const toAgent = await agentPhone.nextCall()
  await toAgent.answered
  await page.getByText('rang us', { exact: false }).first().waitFor({ timeout: 10_000 })
  await page.getByText('Bây giờ anh chị nói chuyện có an toàn không?').waitFor()
  await supervisor.page.goto(`${product.url}/#/board`)
  await supervisor.page.locator('.here', { hasText: 'talking' }).waitFor({ timeout: 10_000 })
  await page.getByRole('button', { name: 'Hang up' }).click()
  await call.ended
  await page.getByRole('button', { name: 'complete' }).click({ timeout: 15_000 })
  await page.getByText('done', { exact: true }).first().waitFor({ timeout: 10_000 })
})

test('a lost socket recovers without reloading, and what is shown is marked stale meanwhile', async () => {
  const { page } = supervisor
  await page.goto(`${product.url}/#/board`)
  await page.getByRole('region', { name: 'Countries' }).getByText('Viet Nam').waitFor()
  await product.service.kill9()
  await page.getByText('The connection is lost.').waitFor({ timeout: 15_000 })
  await product.service.start()
  await page.getByText('The connection is lost.').waitFor({ state: 'detached', timeout: 30_000 })
})

test('the auditor adds a worker on a phone and closes the visit', async () => {
  const { page } = await openConsole(browser, product, 'auditor@demo.localhost', { width: 390, height: 844 })
  await page.goto(`${product.url}/#/audits`)
  await page
    .getByRole('row', { name: /Viet Nam.*open/ })
    .getByRole('link')
    .click()
  await page.getByLabel('Phone number').fill(workerNumber(country(), LANGUAGE, 99))
  await page.getByLabel('Tiếng Việt').check()
  await page.getByLabel('evenings').check()
  await page.getByLabel('The worker agreed to be called').check()
  await page.getByRole('button', { name: 'Save the worker' }).click()
  await page.getByText('Worker 1').waitFor()
  expect(await page.content()).not.toContain(workerNumber(country(), LANGUAGE, 99).slice(-7))
  await page.getByRole('button', { name: 'Close the visit' }).click()
  await page.getByRole('button', { name: 'Close the visit' }).click()
  await page.getByText('1 callback planned').waitFor()
})
