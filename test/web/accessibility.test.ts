import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import { raiseAlert } from '../../server/domains/alerts/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { speak, tone } from '../helpers/audio/index.ts'
import { answers, createPhone, type Phone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { launchBrowser, openConsole } from './browser.ts'
import { faultsInEveryLook, objections } from './reading.ts'
import { AGENT, screens } from './screens.ts'

const LANGUAGE = 'vi'
let product: TestProduct
let browser: Browser
let carrier: Phone
let agentPhone: Phone

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
  await leaveMessage()
  const alert = { kind: 'trunk-paused', subject: 'vn-1', message: 'Calls out over trunk vn-1 are stopped.', countryId: 'VN' } as const
  await inTransaction(product.db, (tx) => raiseAlert(tx, { ...alert, severity: 'critical' }))
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await agentPhone?.close()
  await carrier?.close()
  await product?.stop()
})

const country = () => product.demo.countries.find(({ id }) => id === 'VN')!

/** A worker calls and speaks, so that no list is empty. */
async function leaveMessage(): Promise<void> {
  const did = country().cardDid.replace('+', '')
  const call = carrier.call(`sip:${did}@${product.demo.sip.host}:${product.asterisk.sipPort}`, {
    from: workerNumber(country(), LANGUAGE, 31),
  })
  await call.answered
  await call.waitForSilence(1000)
  await call.play(await speak('Chúng tôi phải làm việc cả chủ nhật mà không được trả thêm tiền.', LANGUAGE))
  await call.hangUp()
}

/** Two people at a time: the machine this suite is sized for has two processors. */
const emails = [...new Set(screens.map(({ email }) => email))]

test.concurrent.each(emails)(
  'nothing on the screens of %s stands in the way of a reader, light or dark, written either way',
  async (email) => {
    const found: string[] = []
    const { page, context } = await openConsole(browser, product, email)
    for (const { path, then } of screens.filter((screen) => screen.email === email)) {
      await page.goto(`${product.url}/#/${path}`)
      await page.locator('main :is(h1, h2)').first().waitFor()
      await then?.(page)
      found.push(...(await faultsInEveryLook(page, `${email.split('@')[0]} ${path} ${then?.name ?? ''}`)))
    }
    await context.close()
    expect(found).toEqual([])
  },
  360_000,
)

test('signing in is open to every reader too', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ colorScheme })
    const page = await context.newPage()
    await page.goto(product.url)
    await page.locator('form').waitFor()
    expect(await objections(page)).toEqual([])
    await context.close()
  }
})

test('a supervisor goes through the groups of the menu by keyboard; Escape closes one, and says where one is', async () => {
  const { page, context } = await openConsole(browser, product, 'supervisor@demo.localhost')
  const menu = page.getByRole('navigation', { name: 'Screens' })
  const now = menu.locator('summary', { hasText: 'Now' })
  const work = menu.locator('summary', { hasText: 'Work' })
  await now.focus()
  await page.keyboard.press('Enter')
  await menu.getByRole('link', { name: 'Board', exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await menu.getByRole('link', { name: 'Board', exact: true }).waitFor({ state: 'hidden' })
  await menu.locator('summary:focus', { hasText: 'Now' }).waitFor()

  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/#/callbacks')
  await menu.getByRole('link', { name: 'Callbacks' }).waitFor({ state: 'hidden' })
  expect([await now.getAttribute('aria-current'), await work.getAttribute('aria-current')]).toEqual([null, 'true'])
  await context.close()
})

describe('with the keyboard alone', () => {
  let page: Page

  beforeAll(async () => {
    page = await (await browser.newContext()).newPage()
    await page.goto(product.url)
  })

  /** Presses Tab until the focus is on something, as somebody without a mouse would. */
  async function tabTo(selector: string): Promise<void> {
    for (let presses = 0; presses < 60; presses++) {
      if (await page.locator(`:is(${selector}):focus`).count()) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`60 times Tab did not reach ${selector}`)
  }

  test('an agent signs in and asks for the keys', async () => {
    const { password } = product.demo.users.find(({ email }) => email === AGENT)!
    await page.locator('input[type=email]').waitFor()
    await tabTo('input[type=email]')
    await page.keyboard.type(AGENT)
    await tabTo('input[type=password]')
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Your desk' }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keys of this screen' }).waitFor()
    expect(await objections(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  test('plays a message', async () => {
    await tabTo('nav a[href="#/voicemails"]')
    await page.keyboard.press('Enter')
    await page.locator('main button[aria-expanded]').first().waitFor({ timeout: 10_000 })
    await tabTo('main button[aria-expanded]')
    await page.keyboard.press('Enter')
    await tabTo('.player')
    await page.keyboard.press('Space')
    const position = () => page.locator('audio').evaluate((audio) => (audio as unknown as { currentTime: number }).currentTime)
    await expect.poll(position, { timeout: 10_000 }).toBeGreaterThan(0.3)
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Play' }).waitFor()
  })

  test('takes a callback, answers, hangs up and names the outcome', async () => {
    await tabTo('nav a[href="#/desk"]')
    await page.keyboard.press('Enter')
    await page.locator('main a[href^="#/desk/"]').first().waitFor()
    await tabTo('main a[href^="#/desk/"]')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Call now' }).waitFor()
    await tabTo('.act button')
    await page.keyboard.press('Enter')
    const toWorker = await carrier.nextCall()
    await toWorker.answered
    void toWorker.play(tone(600, 20_000))
    await page.getByRole('status').getByText('talking', { exact: true }).waitFor({ timeout: 10_000 })
    expect(await objections(page)).toEqual([])

    const question = await page.locator('.script .main .aloud').innerText()
    await page.keyboard.press('1')
    await expect.poll(() => page.locator('.script .main .aloud').innerText()).not.toBe(question)

    await tabTo('.act button')
    await page.keyboard.press('Enter')
    await toWorker.ended
    await page.getByRole('status').getByText('wrap-up', { exact: true }).waitFor({ timeout: 10_000 })
    await page.keyboard.press('r')
    await page.getByText('Nobody will call this number again').waitFor()
    expect(await objections(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page
      .getByRole('status')
      .getByText(/^(done|closed)$/)
      .waitFor({ timeout: 10_000 })
  })
})
