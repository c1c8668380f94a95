import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { makeConsentAudio } from '../../scripts/make-consent-audio.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'
import { launchBrowser, openConsole } from './browser.ts'
import { objections, picture } from './reading.ts'

/** No call is made here: the service and its database are enough. */
let app: TestApp
let url: string
let browser: Browser
let context: BrowserContext
let page: Page
let auditId: string
let factoryId: string
const requested: string[] = []
const problems: string[] = []

const FIRST = numberOf(8101)
const SECOND = numberOf(8102)
const THIRD = numberOf(8103)
const ALIAS = 'Nightingale'
const CODE_WORD = 'lantern'
const inBengali = (number: string) => number.replace(/\d/g, (digit) => String.fromCodePoint(0x09e6 + Number(digit)))

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  app = await createTestApp()
  await makeConsentAudio(join(app.config.dataFolder, 'consent'), ['bn'])
  url = await app.app.listen({ host: '127.0.0.1', port: 0 })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  const supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  const client = (await supervisor.send('POST', '/api/clients', { name: 'Brand of a test' })).json<{ id: string }>()
  const factory = { clientId: client.id, name: 'Meghna Knit', countryId: 'BD', languageCodes: ['bn'] }
  factoryId = (await supervisor.send('POST', '/api/factories', factory)).json<{ id: string }>().id
  const auditDate = app.context.clock.now().toISOString().slice(0, 10)
  auditId = (await supervisor.send('POST', '/api/audits', { factoryId, auditDate })).json<{ id: string }>().id
  browser = await launchBrowser()
  context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
  context.setDefaultTimeout(10_000)
  page = await context.newPage()
  page.on('request', (request) => requested.push(request.url()))
  page.on('pageerror', (error) => problems.push(error.message))
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const auditor = async () => (await makeUser(app.db, 'auditor', { countryIds: ['BD'], factoryIds: [factoryId] })).email
const roster = () => app.db.selectFrom('interview').select(['id', 'slot', 'consentMode']).where('auditId', '=', auditId).execute()
const link = (text: string) => page.getByRole('banner').getByText(text, { exact: true })
const waiting = (n: number) => page.getByText(n === 1 ? '1 worker waits here to be sent.' : `${n} workers wait here to be sent.`)

async function signIn(email: string) {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(TEST_PASSWORD)
  await page.getByRole('form').getByRole('button', { name: 'Sign in' }).click()
  await link('Connected').waitFor()
}

async function addWorker(phone: string) {
  await page.getByLabel('Phone number').fill(phone)
  await page.getByLabel('বাংলা').check()
  await page.getByLabel('agreed, by word').check()
  await page.getByRole('button', { name: 'Save the worker' }).click()
  await page.getByText('Saved and sealed on this phone.').waitFor()
}

/** Everything the browser keeps for this page, and what stands on it, as one text. In the browser's own words: these tests know no DOM. */
const READ_ALL = `(async () => {
  const asked = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)))
  const parts = [{ ...localStorage }, { ...sessionStorage }, document.cookie, document.body.innerText, location.href]
  for (const input of document.querySelectorAll('input')) parts.push(input.value)
  for (const { name } of await indexedDB.databases()) {
    const db = await asked(indexedDB.open(name))
    for (const store of db.objectStoreNames) parts.push([store, await asked(db.transaction(store).objectStore(store).getAll())])
    db.close()
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name)
    for (const request of await cache.keys()) parts.push(request.url)
  }
  return JSON.stringify(parts)
})()`
const keptOnDevice = () => page.evaluate<string>(READ_ALL)

function expectNothingReadable(kept: string) {
  for (const phone of [FIRST, SECOND]) {
    const digits = phone.replace('+880', '')
    for (const form of [
      digits,
      inBengali(digits),
      digits.slice(-7),
      inBengali(digits.slice(-7)),
      Buffer.from(digits).toString('base64').slice(0, 10),
    ])
      expect(kept.includes(form), form).toBe(false)
  }
  for (const word of [ALIAS, CODE_WORD]) expect(kept.toLowerCase()).not.toContain(word.toLowerCase())
}

test('it installs: manifest, icons, and a service worker that has the whole page', async () => {
  await page.goto(`${url}/intake`)
  await signIn(await auditor())
  const devtools = await context.newCDPSession(page)
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])
  expect(await page.evaluate('navigator.serviceWorker.ready.then(({ scope }) => scope)')).toBe(`${url}/intake`)
  await page.reload()
  expect(await page.evaluate('navigator.serviceWorker.controller?.state')).toBe('activated')
})

test('without a connection workers are added, sealed and counted, and nothing readable is kept', async () => {
  await context.setOffline(true)
  await page.getByRole('link', { name: /Meghna Knit/ }).click()
  await link('No connection').waitFor()
  await page.getByLabel('Phone number').fill('0110 000 43')
  await page.getByLabel('Phone number').blur()
  await page.getByText('This is not a number in Bangladesh').waitFor()

  await page.getByLabel('Alias').fill(ALIAS)
  await page.getByLabel('Code word').fill(CODE_WORD)
  await page.getByLabel('certain days').check()
  await page.getByLabel('Sunday').check()
  await page.getByLabel('evenings after 8').check()
  await addWorker(inBengali(`0${FIRST.replace('+880', '')}`))
  expect(await page.getByLabel('Phone number').inputValue()).toBe('')
  await waiting(1).waitFor()

  await page.getByLabel('Phone number').fill(FIRST)
  await page.getByText('You have entered this number before.').waitFor()
  await addWorker(SECOND)
  await waiting(2).waitFor()
  const kept = await keptOnDevice()
  // The search finds what is there to be found.
  expect(kept).toContain('Meghna Knit')
  expectNothingReadable(kept)
  expect(await roster()).toEqual([])
})

test('without a connection the consent text is heard in the worker’s language', async () => {
  await page.getByRole('button', { name: 'Read aloud' }).click()
  await page.getByRole('button', { name: 'Stop reading' }).click()
  await page.getByRole('button', { name: 'Read aloud' }).waitFor()
})

test('reloaded without a connection, it still knows the visits and how many wait', async () => {
  await page.reload()
  await waiting(2).waitFor()
  await link('No connection').waitFor()
  await page.getByRole('button', { name: 'Close the visit' }).waitFor()
  expect(await page.getByRole('button', { name: 'Close the visit' }).isDisabled()).toBe(true)
})

test('another auditor on the same phone sees that something waits, and can neither send nor read it', async () => {
  await context.setOffline(false)
  const [owner] = (await app.db.selectFrom('appUser').select('email').where('role', '=', 'auditor').execute()) as [{ email: string }]
  // The session ended while away.
  await app.db
    .updateTable('userSession')
    .set({ revokedAt: new Date(0) })
    .execute()
  await page.reload()
  await link('Signed out').waitFor()
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).click()
  await signIn(await auditor())
  await page.getByText('2 sealed workers of another auditor are on this phone.').waitFor()
  expect(await roster()).toEqual([])

  await page.getByRole('button', { name: 'Menu' }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('2 workers wait here to be sent.').waitFor()
  await signIn(owner.email)
})

test('signed in again, its owner’s workers arrive once, and the phone holds nothing', async () => {
  await page.getByText('Everything has been sent.').waitFor()
  expect(await roster()).toMatchObject([{ consentMode: 'spoken' }, { consentMode: 'spoken' }])
  expect((await roster()).map(({ slot }) => slot)).toContainEqual({ weekdays: [7], startLocal: '20:00', endLocal: '22:00' })
  const kept = await keptOnDevice()
  expectNothingReadable(kept)
  expect(kept).toContain('["entries",[]]')
  // Nothing that came from or went to the interface lies in a cache.
  expect(kept).not.toContain(`${url}/api/`)
})

test('closes the visit when all has arrived, and says what was planned', async () => {
  await page.getByRole('button', { name: 'Close the visit' }).click()
  await page.getByText('Plan a call back to 2 workers?').waitFor()
  await page.getByRole('button', { name: 'Close the visit' }).click()
  await page.getByText('2 callbacks planned').waitFor()
})

test('a worker taken for a visit that was closed meanwhile is kept, the phone says so, and a supervisor puts them on the list', async () => {
  const setStatus = (status: 'open' | 'closed') =>
    app.db
      .updateTable('audit')
      .set({ status, closedAt: status === 'open' ? null : new Date(0) })
      .where('id', '=', auditId)
      .execute()
  await setStatus('open')
  await page.goto('about:blank')
  await page.goto(`${url}/intake#/visit/${auditId}`)
  await link('Connected').waitFor()
  await context.setOffline(true)
  await link('No connection').waitFor()
  await addWorker(THIRD)
  await setStatus('closed')
  await context.setOffline(false)
  await page.getByText('1 worker you sent could not be put on the list').waitFor()
  expect(await roster()).toHaveLength(2)

  const { email } = await makeUser(app.db, 'supervisor', { countryIds: ['BD'] })
  const demo = { users: [{ email, password: TEST_PASSWORD }] } as Parameters<typeof openConsole>[1]['demo']
  const console = await openConsole(browser, { url, demo }, email)
  await console.page.goto(`${url}/#/audits/${auditId}`)
  const kept = console.page.getByRole('region', { name: 'Not on the list' })
  await kept.getByText('The visit was closed before this worker arrived.').waitFor()
  await setStatus('open')
  await kept.getByRole('button', { name: 'Try again' }).click()
  await kept.waitFor({ state: 'detached' })
  expect(await roster()).toHaveLength(3)
  expect(console.problems).toEqual([])
  await console.context.close()
})

test.each(['en', 'ar'])('in %s it has no fault a machine can find, and nothing wider than the phone', async (language) => {
  await app.db.updateTable('audit').set({ status: 'open', closedAt: null }).where('id', '=', auditId).execute()
  await page.evaluate((code) => localStorage.setItem('ringback.language', code), language)
  for (const address of ['/intake', `/intake#/visit/${auditId}`]) {
    await page.goto('about:blank')
    await page.goto(`${url}${address}`)
    await page.locator('h1').waitFor()
    await picture(page, `intake ${address.length} ${language}`)
    expect(await objections(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  }
})

test('nothing was asked of another host, and nothing failed on the page', () => {
  expect(new Set(requested.filter((address) => !address.startsWith('blob:')).map((address) => new URL(address).host))).toEqual(
    new Set([new URL(url).host]),
  )
  expect(problems).toEqual([])
})
