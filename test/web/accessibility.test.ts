import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
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

const LANGUAGE = 'vi'
const AGENT = 'agent-vn-vi@demo.localhost'
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

/** What axe objects to on the page as it is, one line each. */
async function objections(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target }) => `${impact} ${id}: ${String(target)}`))
}

/** Opens the first thing of a list by its link. */
const openFirst = (path: string) => async (page: Page) => {
  await page.locator(`main a[href^="#/${path}/"]`).first().click()
  await page.locator('main h1').waitFor()
}
const openCards = async (page: Page) => {
  await openFirst('audits')(page)
  await page.locator('main a[href$="/cards"]').click()
  await page.locator('.preview .card').waitFor()
}
const openSchedule = async (page: Page) => {
  await page.locator('main summary').first().click()
  await page.locator('main select').first().waitFor()
}
const openPlayer = async (page: Page) => {
  await page.locator('main button[aria-expanded]').first().click()
  await page.locator('rect').first().waitFor({ state: 'attached' })
}

const openShifts = async (page: Page) => {
  await page.locator('main article header button').first().click()
  await page.locator('main form button').first().click()
  await page.locator('main form input[type=time]').first().waitFor()
}

/** What can be done to those that are chosen comes up. */
const chooseFirst = async (page: Page) => {
  await page.locator('main li input[type=checkbox]').first().check()
  await page.locator('main section .acts button').first().click()
}

const screens: { email: string; path: string; then?: (page: Page) => Promise<void> }[] = [
  { email: 'supervisor@demo.localhost', path: 'board' },
  { email: 'supervisor@demo.localhost', path: 'alerts' },
  { email: 'supervisor@demo.localhost', path: 'watchdog', then: openSchedule },
  { email: 'supervisor@demo.localhost', path: 'callbacks', then: chooseFirst },
  { email: 'supervisor@demo.localhost', path: 'voicemails', then: openPlayer },
  { email: 'supervisor@demo.localhost', path: 'audits' },
  { email: 'supervisor@demo.localhost', path: 'audits?status=open&countryId=BD' },
  { email: 'supervisor@demo.localhost', path: 'sites' },
  { email: 'supervisor@demo.localhost', path: 'audits', then: openFirst('audits') },
  { email: 'supervisor@demo.localhost', path: 'shifts', then: openShifts },
  { email: AGENT, path: 'desk' },
  { email: AGENT, path: 'desk', then: openFirst('desk') },
  { email: 'auditor@demo.localhost', path: 'audits', then: openFirst('audits') },
  { email: 'auditor@demo.localhost', path: 'audits', then: openCards },
  { email: 'case-handler@demo.localhost', path: 'cases' },
  { email: 'client@demo.localhost', path: 'dashboard' },
  { email: 'administrator@demo.localhost', path: 'alerts' },
  { email: 'administrator@demo.localhost', path: 'lines' },
  { email: 'administrator@demo.localhost', path: 'lines/TR' },
  { email: 'supervisor@demo.localhost', path: 'lines/IN' },
]
// Colours and directions do not meddle with each other, so that two looks show all four.
const looks = [
  { language: 'en', colorScheme: 'light' },
  { language: 'ar', colorScheme: 'dark' },
] as const

const emails = [...new Set(screens.map(({ email }) => email))]

test.each(emails)(
  'nothing on the screens of %s stands in the way of a reader, light or dark, written either way',
  async (email) => {
    const found: string[] = []
    const { page, context } = await openConsole(browser, product, email, { width: 390, height: 844 })
    for (const { path, then } of screens.filter((screen) => screen.email === email)) {
      await page.goto(`${product.url}/#/${path}`)
      await page.locator('main :is(h1, h2)').first().waitFor()
      await then?.(page)
      for (const { language, colorScheme } of looks) {
        // Colours that are still fading would be measured half-way.
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await chooseLanguage(page, language)
        const where = `/${path} ${language} ${colorScheme}`
        found.push(...(await objections(page)).map((objection) => `${where}: ${objection}`))
        const overflow = await widerThanScreen(page)
        if (overflow > 0) found.push(`${where}: ${overflow} pixels wider than the phone`)
      }
    }
    await context.close()
    expect(found).toEqual([])
  },
  360_000,
)

/** Pixels by which the page could be scrolled sideways. */
function widerThanScreen(page: Page): Promise<number> {
  return page.locator('html').evaluate((html) => {
    const { scrollWidth, clientWidth } = html as unknown as { scrollWidth: number; clientWidth: number }
    return scrollWidth - clientWidth
  })
}

async function chooseLanguage(page: Page, language: string): Promise<void> {
  await page.locator('header summary').click()
  await page.locator(`header button[lang=${language}]`).click()
  await page.locator('header summary').click()
  await page.locator(`html[lang=${language}]`).waitFor()
}

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
