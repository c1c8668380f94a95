import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { keepRetention } from '../../server/domains/retention/service.ts'
import { addRosterWorker, addUnknownCaller } from '../../server/domains/workers/service.ts'
import { installQuestionnaire } from '../../server/domains/questionnaires/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'
import { questionnaireAsking } from '../helpers/questionnaire.ts'
import { launchBrowser } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

/** A planner's screens; no call is made here: the service and its database are enough. */
let app: TestApp
let url: string
let browser: Browser
let page: Page
const problems: string[] = []

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  app = await createTestApp()
  url = await app.app.listen({ host: '127.0.0.1', port: 0 })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  await installQuestionnaire(app.context, 'After the visit', questionnaireAsking('What is it about?'))
  await installQuestionnaire(app.context, 'About wages', questionnaireAsking('What are you paid?'))
  const { email } = await makeUser(app.db, 'supervisor', { countryIds: ['BD'] })
  browser = await launchBrowser()
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => problems.push(error.message))
  await page.goto(`${url}/#/sites`)
  await page.locator('input[type=email]').fill(email)
  await page.locator('input[type=password]').fill(TEST_PASSWORD)
  await page.locator('button[type=submit]').click()
  await page.getByRole('heading', { name: 'Clients and factories' }).waitFor()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

test('a supervisor adds a client, changes when its workers are called, and gives it two factories', async () => {
  await page.getByText('No client yet.').waitFor()
  await page.getByRole('button', { name: 'Add a client' }).click()
  const form = page.getByRole('form', { name: 'Add a client' })
  await form.getByLabel('Name').fill('Northern Apparel')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Change Northern Apparel' }).click()
  await page.getByLabel('Days from the visit to the call').fill('7')
  await page.getByRole('form', { name: 'Northern Apparel' }).getByRole('button', { name: 'Save' }).click()
  await page.getByText('called back 7 days after a visit').waitFor()

  for (const name of ['Meghna Knit', 'Padma Denim']) {
    await page.getByLabel('Client', { exact: true }).fill('Northern Apparel')
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByLabel('Country').selectOption('BD')
    await page.getByRole('button', { name: 'Save the factory' }).click()
    await page.getByText(`${name} is saved.`).waitFor()
  }
  expect(await app.db.selectFrom('factory').select(['name', 'timeZone']).orderBy('name').execute()).toEqual([
    { name: 'Meghna Knit', timeZone: 'Asia/Dhaka' },
    { name: 'Padma Denim', timeZone: 'Asia/Dhaka' },
  ])
})

test('a client gets questions of its own, and goes back to the standard ones', async () => {
  const client = page.getByRole('listitem').filter({ hasText: 'Northern Apparel' })
  const form = page.getByRole('form', { name: 'Northern Apparel' })
  const choose = async (label: string) => {
    await page.getByRole('button', { name: 'Change Northern Apparel' }).click()
    await form.getByLabel('What its workers are asked').selectOption({ label })
    await form.getByText('Every text is there in: English.').waitFor()
    await form.getByRole('button', { name: 'Save' }).click()
  }
  const chosen = () =>
    app.db
      .selectFrom('client')
      .leftJoin('questionnaire', 'questionnaire.id', 'client.questionnaireId')
      .select('questionnaire.name')
      .where('client.name', '=', 'Northern Apparel')
      .executeTakeFirstOrThrow()

  await client.getByText('asked with: After the visit').waitFor()
  await choose('About wages')
  await client.getByText('asked with: About wages').waitFor()
  expect(await chosen()).toEqual({ name: 'About wages' })
  await choose('After the visit (the standard one)')
  await client.getByText('asked with: After the visit').waitFor()
  expect(await chosen()).toEqual({ name: null })
})

test('a factory’s languages are corrected in place, and a name that is taken says so', async () => {
  await page.getByRole('button', { name: 'Change Padma Denim' }).click()
  const form = page.getByRole('form', { name: 'Padma Denim' })
  await form.getByLabel('Name').fill('Meghna Knit')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByRole('alert').getByText('This client has a factory of this name already.').waitFor()
  await form.getByLabel('Name').fill('Padma Denim 2')
  await form.getByLabel('English').uncheck()
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('link', { name: 'Padma Denim 2' }).waitFor()
  const factory = app.db.selectFrom('factory').select('languageCodes').where('name', '=', 'Padma Denim 2').executeTakeFirstOrThrow()
  expect(await factory).toEqual({ languageCodes: ['bn'] })
})

test('a factory is given to an auditor, who is named for a visit of two days; then the days are corrected', async () => {
  const auditor = await makeUser(app.db, 'auditor', { countryIds: ['BD'] })
  const { displayName } = await app.db
    .selectFrom('appUser')
    .select('displayName')
    .where('email', '=', auditor.email)
    .executeTakeFirstOrThrow()
  await page.goto(`${url}/#/sites`)
  await page.getByRole('button', { name: 'Auditors of Meghna Knit' }).click()
  const assigning = page.getByRole('form', { name: 'Auditors of Meghna Knit' })
  await assigning.getByLabel(displayName).check()
  expect(await faultsInEveryLook(page, 'factory-auditors')).toEqual([])
  await assigning.getByRole('button', { name: 'Save' }).click()
  await assigning.waitFor({ state: 'detached' })

  await page.goto(`${url}/#/audits`)
  await page.getByLabel('Factory').last().selectOption({ label: 'Padma Denim 2 · Northern Apparel' })
  await page.getByText('No auditor has this factory yet.').waitFor()
  await page.getByLabel('Factory').last().selectOption({ label: 'Meghna Knit · Northern Apparel' })
  const first = await page.getByLabel('Day of the visit, or the first').inputValue()
  const dayAfter = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10)
  await page.getByLabel('Last day, if it takes several').fill(dayAfter(first))
  await page.getByLabel('Auditor').last().selectOption({ label: displayName })
  await page.getByRole('button', { name: 'Make the audit' }).click()
  await page.getByText(`visited by ${displayName}`).waitFor()
  await page.getByText('Change the days or the auditor, or remove it').click()
  await page.getByLabel('Auditor').selectOption({ label: 'nobody named' })
  await page.getByLabel('Last day, if it takes several').fill(dayAfter(dayAfter(first)))
  expect(await faultsInEveryLook(page, 'audit-change')).toEqual([])
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await page.getByText(`visited by ${displayName}`).waitFor({ state: 'detached' })
  const audit = app.db.selectFrom('audit').select(['auditDate', 'lastDate', 'auditorUserId']).executeTakeFirstOrThrow()
  expect(await audit).toEqual({ auditDate: first, lastDate: dayAfter(dayAfter(first)), auditorUserId: null })
  await page.getByRole('button', { name: 'Remove this visit' }).click()
  await page.getByRole('button', { name: 'Remove this visit' }).click()
  await page.getByText('No audits yet.').waitFor()
})

test('what workers said is kept for a term of the client’s, and whoever will be erased is announced', async () => {
  await page.goto(`${url}/#/retention`)
  await page.getByText('Nobody is due.').waitFor()
  expect(await faultsInEveryLook(page, 'retention-empty')).toEqual([])
  await page.goto(`${url}/#/sites`)
  await page.getByRole('button', { name: 'Change Northern Apparel' }).click()
  await page.getByLabel('Months to keep what workers said').fill('6')
  expect(await faultsInEveryLook(page, 'client-form')).toEqual([])
  await page.getByRole('form', { name: 'Northern Apparel' }).getByRole('button', { name: 'Save' }).click()
  await page.getByText('kept 6 months').waitFor()

  const { id: factoryId } = await app.db.selectFrom('factory').select('id').where('name', '=', 'Meghna Knit').executeTakeFirstOrThrow()
  const [named, nameless] = await inTransaction(app.db, async (tx) => [
    await addRosterWorker(app.context, tx, { e164: numberOf(1), countryId: 'BD', languageCode: 'bn', factoryId }),
    { workerId: await addUnknownCaller(app.context, tx, { countryId: 'BD', languageCode: 'bn' }) },
  ])
  for (const { workerId } of [named!, nameless!])
    await app.db
      .updateTable('worker')
      .set({ createdAt: new Date('2020-01-01') })
      .where('id', '=', workerId)
      .execute()
  await keepRetention(app.context)
  await page.goto(`${url}/#/retention`)
  await page.getByRole('row', { name: /Northern Apparel kept 6 months 1 worker/ }).waitFor()
  await page.getByRole('row', { name: /Callers who belong to no client kept 24 months 1 worker/ }).waitFor()
  await page.getByText('2 announced, 0 kept after all, 0 erased').waitFor()
  expect(await faultsInEveryLook(page, 'retention')).toEqual([])
})

test('visits are narrowed down, and the address keeps it', async () => {
  const auditDate = app.context.clock.now().toISOString().slice(0, 10)
  for (const { id: factoryId } of await app.db.selectFrom('factory').select('id').execute())
    await app.db.insertInto('audit').values({ factoryId, auditDate }).execute()
  await page.goto(`${url}/#/audits`)
  await page.reload()
  const rows = page.getByRole('row')
  await page.getByRole('link', { name: 'Meghna Knit' }).waitFor()
  expect(await rows.count()).toBe(3)
  const filters = page.getByRole('form', { name: 'Which visits' })
  await filters.getByLabel('Factory').selectOption('Meghna Knit')
  await page.getByRole('link', { name: 'Padma Denim 2' }).waitFor({ state: 'detached' })
  expect(page.url()).toContain('factoryId=')
  await page.reload()
  await page.getByRole('link', { name: 'Meghna Knit' }).waitFor()
  expect(await rows.count()).toBe(2)
  await filters.getByLabel('State').selectOption('closed')
  await page.getByText('No visit fits.').waitFor()
  expect(problems).toEqual([])
})
