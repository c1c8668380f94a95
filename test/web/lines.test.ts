import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { markTold, saveCountries } from '../../server/domains/countries/service.ts'
import type { Role } from '../../server/platform/http/policy.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'
import { launchBrowser } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

/** No call is made here: the service and its database are enough. */
let app: TestApp
let url: string
let browser: Browser
const problems: string[] = []

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  app = await createTestApp()
  url = await app.app.listen({ host: '127.0.0.1', port: 0 })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  await markTold(app.db, app.context.clock.now())
  browser = await launchBrowser()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

async function open(role: Role, path: string, language = 'en'): Promise<Page> {
  const { email } = await makeUser(app.db, role, { countryIds: ['BD'] })
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => problems.push(error.message))
  await page.addInitScript((code) => localStorage.setItem('ringback.language', code), language)
  await page.goto(`${url}/#/${path}`)
  await page.locator('input[type=email]').fill(email)
  await page.locator('input[type=password]').fill(TEST_PASSWORD)
  await page.locator('button[type=submit]').click()
  await page.locator('main h1').waitFor()
  return page
}

const country = () => app.db.selectFrom('country').selectAll().where('id', '=', 'BD').executeTakeFirstOrThrow()

test('a supervisor sets Friday’s hours, chooses a calendar and strikes out a day', async () => {
  const page = await open('supervisor', 'lines')
  await page.getByRole('link', { name: 'Bangladesh' }).click()
  expect(page.url()).toContain('#/lines/BD')

  const friday = page.getByRole('group', { name: 'Friday' })
  await friday.getByLabel('closes').fill('12:00')
  await friday.getByRole('button', { name: '+ second time on Friday' }).click()
  await friday.getByLabel('opens').nth(1).fill('14:30')
  await friday.getByLabel('closes').nth(1).fill('18:00')
  await page.getByRole('group', { name: 'Sunday' }).getByRole('checkbox').uncheck()
  await page.getByRole('button', { name: 'Save the hours' }).click()
  await page.getByText('Saved. The next call goes by it.').waitFor()
  expect((await country()).openWeekdays).toEqual([1, 2, 3, 4, 5, 6])
  const periods = await app.db
    .selectFrom('countryPeriod')
    .select(['weekday', 'opensAtLocal', 'closesAtLocal'])
    .orderBy('opensAtLocal')
    .execute()
  expect(periods).toEqual([
    { weekday: 5, opensAtLocal: '09:00', closesAtLocal: '12:00' },
    { weekday: 5, opensAtLocal: '14:30', closesAtLocal: '18:00' },
  ])

  await page.getByLabel('Public holidays of').selectOption('BD')
  const days = page.getByRole('list', { name: 'Closed days of the next year' })
  await days.getByText('Victory Day').first().waitFor()
  await days
    .getByRole('button', { name: /^Strike out Victory Day/ })
    .first()
    .click()
  await days.getByText('struck out: open').waitFor()
  expect(await app.db.selectFrom('countryHoliday').select(['name', 'isOpen']).execute()).toEqual([{ name: 'Victory Day', isOpen: true }])
  await page.reload()
  await days.getByText('struck out: open').waitFor()
  // How callers are answered is the administrator's.
  await page.getByText('An administrator changes these.').waitFor()
  await page.context().close()
})

test('hours that make no sense say so, and nothing is lost', async () => {
  const page = await open('supervisor', 'lines/BD')
  const monday = page.getByRole('group', { name: 'Monday' })
  await monday.getByLabel('opens').fill('22:00')
  await page.getByRole('button', { name: 'Save the hours' }).click()
  await page.getByRole('alert').getByText('Monday closes (21:00) before it opens (22:00).').waitFor()
  expect(await monday.getByLabel('opens').inputValue()).toBe('22:00')
  await page.context().close()
})

test('an administrator changes the menu and a number, and is told that Asterisk has not heard of it', async () => {
  const page = await open('administrator', 'lines/BD')
  await page.getByRole('button', { name: 'English: one key earlier' }).click()
  await page.getByLabel('Number on the card').fill('+88020000009')
  await page.getByLabel('Longest wait for an agent, in seconds').fill('45')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Asterisk’s own configuration').or(page.getByText("Asterisk's own configuration")).waitFor()
  expect(await country()).toMatchObject({ languageCodes: ['en', 'bn'], queueLimitSeconds: 45 })
  await page.goto(`${url}/#/lines`)
  await page.getByText('Asterisk not told').waitFor()
  await page.getByText('+88020000009').waitFor()
  await page.context().close()
})

test('a supervisor sets how workers are called; what a number is owed cannot be set away', async () => {
  const page = await open('supervisor', 'lines/BD')
  const form = page.getByRole('form', { name: 'How workers are called' })
  await form.getByLabel('Most tries').fill('6')
  await form.getByLabel('Listen for an answering machine').check()
  await form.getByLabel('no answer: minutes until the next try').fill('30')
  await form.getByLabel('busy: close after so many').fill('5')
  await form.getByRole('button', { name: 'Save the rules' }).click()
  await form.getByRole('alert').getByText('A number is left alone for 90 minutes after a ring in vain.').waitFor()
  await form.getByLabel('no answer: minutes until the next try').fill('')
  await form.getByRole('button', { name: 'Save the rules' }).click()
  await form.getByText('Saved. Tries that are planned already stay where they are.').waitFor()
  await form.getByRole('row', { name: /^busy set here/ }).waitFor()
  const kept = app.db.selectFrom('outcomeSetting').select(['outcome', 'delayMinutes', 'mostTimes']).orderBy('outcome').execute()
  expect(await kept).toEqual([
    { outcome: 'busy', delayMinutes: 90, mostTimes: 5 },
    { outcome: 'no-answer', delayMinutes: null, mostTimes: null },
  ])
  expect(await country()).toMatchObject({ maxAttempts: 6, detectsMachines: true })
  await page.context().close()
})

test('an administrator says whose agents may help, and a supervisor reads it', async () => {
  const india = { ...BANGLADESH, id: 'IN', name: 'India', callingCode: '91', cardDid: '+911100000001', callbackDid: '+911100000002' }
  const trunk = { ...BANGLADESH.trunk, id: 'in-1' }
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [{ ...india, trunk }]))
  const page = await open('administrator', 'lines/BD')
  const helpers = page.getByRole('region', { name: 'Help from other countries' })
  await helpers.getByLabel('India').check()
  await helpers.getByRole('button', { name: 'Save who may help' }).click()
  await expect.poll(async () => (await country()).helperCountryIds).toEqual(['IN'])
  await page.context().close()
  const other = await open('supervisor', 'lines/BD')
  await other.getByRole('region', { name: 'Help from other countries' }).getByText('India').waitFor()
  await other.context().close()
})

test('an administrator adds a trunk, puts it first, stops it, resumes it, says what its carrier wants, and removes it', async () => {
  const page = await open('administrator', 'lines/BD')
  const list = page.getByRole('region', { name: /^Trunks/ })
  await list.getByText('Add a trunk').click()
  await list.getByLabel('Name').fill('bd-2')
  await list.getByLabel('Address').fill('127.0.0.12')
  await list.getByRole('button', { name: 'Add the trunk' }).click()
  await list.getByRole('button', { name: 'bd-2: one place earlier' }).click()
  await expect
    .poll(() => list.getByRole('listitem').allTextContents())
    .toEqual([expect.stringContaining('bd-2'), expect.stringContaining('bd-1')])

  const trunk = page.getByRole('region', { name: 'Trunk bd-2' })
  await trunk.getByText('Stop calls out over this trunk').click()
  await trunk.getByLabel('Reason').fill('Its sound is bad.')
  await trunk.getByRole('button', { name: 'Stop calls out' }).click()
  await trunk.getByText('Its sound is bad.').waitFor()
  await list.getByText('trunk paused').waitFor()
  await trunk.getByRole('button', { name: 'Resume calls out' }).click()
  await list.getByText('trunk paused').waitFor({ state: 'detached' })

  await trunk.getByText('How the carrier wants to be spoken to').click()
  await trunk.getByLabel('Transport').selectOption('TCP')
  await trunk.getByLabel('Numbers are sent as').selectOption('01…')
  await trunk.getByLabel('Header with our number').selectOption('Remote-Party-ID')
  await trunk.getByLabel('Session timers').selectOption('required')
  await trunk.getByLabel('Digits before each number').fill('99')
  await trunk.getByLabel('Log-in').fill('customer')
  await trunk.getByRole('button', { name: 'Save the carrier' }).click()
  await trunk.getByText('Give the password of this log-in as well.').waitFor()
  await trunk.getByLabel('Password').fill('a-carriers-password')
  await trunk.getByRole('button', { name: 'Save the carrier' }).click()
  await trunk.getByText('Saved. Asterisk hears of it').waitFor()
  const row = () => app.db.selectFrom('trunk').selectAll().where('id', '=', 'bd-2').executeTakeFirstOrThrow()
  const wants = {
    transport: 'tcp',
    numberFormat: 'national',
    identityHeader: 'Remote-Party-ID',
    sessionTimers: 'require',
    dialPrefix: '99',
  }
  expect(await row()).toMatchObject({ ...wants, loginUser: 'customer' })

  await trunk.getByText('Remove this trunk').click()
  expect(await faultsInEveryLook(page, 'trunks')).toEqual([])
  const form = trunk.getByRole('form', { name: 'Remove this trunk' })
  await form.getByLabel('Write bd-2 to confirm').fill('bd-1')
  expect(await form.getByRole('button').isDisabled()).toBe(true)
  await form.getByLabel('Write bd-2 to confirm').fill('bd-2')
  await form.getByRole('button', { name: 'Remove it for good' }).click()
  await trunk.waitFor({ state: 'detached' })
  expect(await list.getByRole('listitem').allTextContents()).toEqual([expect.stringContaining('bd-1')])
  expect(await row()).toMatchObject({ removedAt: expect.any(Date), loginUser: null })
  const last = page.getByRole('region', { name: 'Trunk bd-1' })
  await last.getByText('Remove this trunk').click()
  await last.getByText('It is the only trunk of this country').waitFor()
  await page.context().close()
})

test('in Arabic it reads from the right, and says the same, refusals too', async () => {
  const page = await open('administrator', 'lines/BD', 'ar')
  await page.getByRole('heading', { name: 'ساعات العمل' }).waitFor()
  expect(await page.locator('html').getAttribute('dir')).toBe('rtl')
  await page.locator('input[type=time]').first().fill('22:00')
  await page.getByRole('button', { name: 'احفظ الساعات' }).click()
  await page.getByRole('alert').getByText('قبل أن يفتح').waitFor()
  await page.context().close()
  expect(problems).toEqual([])
})
