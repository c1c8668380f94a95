import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import { createPhone, type Phone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { launchBrowser, openConsole, type SignedInPage } from './browser.ts'

let product: TestProduct
let browser: Browser
let carrier: Phone
let agent: SignedInPage

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  product = await startTestProduct()
  browser = await launchBrowser()
  carrier = await createPhone({ address: country().carrier.host, port: country().carrier.port })
  agent = await openConsole(browser, product, 'agent-tr-ar@demo.localhost')
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await carrier?.close()
  await product?.stop()
})

const country = () => product.demo.countries.find(({ id }) => id === 'TR')!
const worker = () => workerNumber(country(), 'ar', 71)
const write = (body: string) =>
  carrier.sendMessage(`sip:${country().cardDid.replace('+', '')}@${product.demo.sip.host}:${product.asterisk.sipPort}`, body, {
    from: worker(),
  })

test('a text arrives as it is written, cannot act on the page, and is answered on the worker’s phone', async () => {
  const { page } = agent
  await page.goto(`${product.url}/#/texts`)
  await page.getByText('Nobody has written yet.').waitFor()
  await write('لم نستلم أجر هذا الشهر \u202E<img src=x onerror="document.title=1">')
  const row = page.getByRole('link', { name: /TX-\d+.*Arabic.*1 new/ })
  await page.getByRole('link', { name: /Texts\s?, 1 unread/ }).waitFor({ timeout: 15_000 })
  await row.click({ timeout: 15_000 })
  await page.getByText('لم نستلم أجر هذا الشهر \\u{202E}<img src=x onerror="document.title=1">').waitFor()
  await expect.poll(() => page.getByText('1 new').count()).toBe(0)
  await expect.poll(() => page.getByRole('link', { name: /Texts\s?, 1 unread/ }).count()).toBe(0)

  await page.getByRole('button', { name: 'We will call you.' }).click()
  expect((await carrier.nextMessage()).body).toBe('سنتصل بك.')
  await page.getByLabel('Your own words').fill('متى يناسبك؟')
  await page.getByRole('button', { name: 'Send', exact: true }).click()
  const got = await carrier.nextMessage()
  expect(got.body).toBe('متى يناسبك؟')
  expect(got.to).toContain(worker())
  await expect.poll(() => page.getByText('handed over').count(), { timeout: 10_000 }).toBeGreaterThan(1)

  await write('شكرا، غدا مساء')
  await page.getByText('شكرا، غدا مساء').waitFor({ timeout: 15_000 })
  expect(await page.content()).not.toContain(worker().slice(-7))
  expect(agent.problems).toEqual([])
})

test('the same texts stand beside the callback, and the gateways are set up by the administrator', async () => {
  const { page } = agent
  await page.getByRole('link', { name: /^CB-/ }).click()
  await page.getByRole('log').getByText('شكرا، غدا مساء').waitFor()

  const { page: setUp } = await openConsole(browser, product, 'administrator@demo.localhost')
  await setUp.goto(`${product.url}/#/text-gateways`)
  const bangladesh = setUp.getByRole('region', { name: 'Bangladesh' })
  await bangladesh.getByLabel('Name of the gateway').fill('One')
  await bangladesh.getByLabel('Address that texts').fill('http://sms.example.org/')
  await bangladesh.getByRole('button', { name: 'Add the gateway' }).click()
  await bangladesh.getByText('The address must begin with https://').waitFor()
  await bangladesh.getByLabel('Address that texts').fill('https://127.0.0.1:1/')
  await bangladesh.getByRole('button', { name: 'Add the gateway' }).click()
  await bangladesh.getByText('It is shown once').waitFor()
  await bangladesh.getByRole('button', { name: 'Send a test' }).click()
  await bangladesh.getByText('The gateway cannot be reached (ECONNREFUSED).').first().waitFor()
})

test.each(['en', 'ar'])('the screens read well in %s, on a desktop and on a phone', async (language) => {
  const found: string[] = []
  for (const [email, path] of [
    ['agent-tr-ar@demo.localhost', 'texts'],
    ['administrator@demo.localhost', 'text-gateways'],
  ] as const) {
    for (const width of [1440, 390]) {
      const { page, context } = await openConsole(browser, product, email, { width, height: 844, language })
      await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: language === 'ar' ? 'dark' : 'light' })
      await page.goto(`${product.url}/#/${path}`)
      if (path === 'texts') {
        await page.locator('main a[href^="#/texts/"]').first().click()
        await page.locator('main [role=log] li').first().waitFor()
      } else await page.locator('main section').first().waitFor()
      const folder = process.env['RINGBACK_LOOK']
      if (folder) await page.screenshot({ path: `${folder}/${path}-${language}-${width}.png`, fullPage: true })
      const { violations } = await new AxeBuilder({ page }).analyze()
      found.push(...violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${path} ${width}: ${id} ${String(target)}`)))
      const overflow = await page.locator('html').evaluate((html) => {
        const { scrollWidth, clientWidth } = html as unknown as { scrollWidth: number; clientWidth: number }
        return scrollWidth - clientWidth
      })
      if (overflow > 0) found.push(`${path} ${width}: ${overflow} pixels too wide`)
      await context.close()
    }
  }
  expect(found).toEqual([])
})
