import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import { createPhone, type Phone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { launchBrowser, openConsole, type SignedInPage } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

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
  await write('رقمي 47110 81502, 3 أيام بلا أجر')
  await page.getByText('رقمي ••••• •••••, 3 أيام بلا أجر').waitFor({ timeout: 15_000 })
  expect(await page.content()).not.toMatch(/47110|81502/)
  expect(await page.content()).not.toContain(worker().slice(-7))
  expect(await faultsInEveryLook(page, 'conversation')).toEqual([])
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
  expect(await faultsInEveryLook(setUp, 'gateway in trouble')).toEqual([])
})
