import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { installQuestionnaire } from '../../server/domains/questionnaires/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'
import { questionnaireAsking } from '../helpers/questionnaire.ts'
import { launchBrowser } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

/** Questionnaires as an administrator writes and a supervisor reads them; no call is made here. */
let app: TestApp
let url: string
let browser: Browser
let page: Page
let administrator: string
const problems: string[] = []

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  app = await createTestApp()
  url = await app.app.listen({ host: '127.0.0.1', port: 0 })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  browser = await launchBrowser()
  administrator = await emailOf('administrator')
  page = await signedIn(administrator)
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const emailOf = async (role: 'administrator' | 'supervisor') => (await makeUser(app.db, role, { countryIds: ['BD'] })).email
async function signedIn(email: string): Promise<Page> {
  const opened = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  opened.setDefaultTimeout(10_000)
  opened.on('pageerror', (error) => problems.push(error.message))
  await opened.goto(`${url}/#/questionnaires`)
  await signIn(opened, email)
  await opened.getByRole('heading', { name: 'Questionnaires', level: 1 }).waitFor()
  return opened
}
async function signIn(on: Page, email: string): Promise<void> {
  await on.locator('input[type=email]').fill(email)
  await on.locator('input[type=password]').fill(TEST_PASSWORD)
  await on.getByRole('button', { name: 'Sign in' }).click()
}

test('an empty list says how a questionnaire comes into it; then its languages are held against those of the factories', async () => {
  await page.getByText('No questionnaire yet.').waitFor()
  expect(await faultsInEveryLook(page, 'questionnaires-empty')).toEqual([])
  await installQuestionnaire(app.context, 'After the visit', questionnaireAsking('What is it about?'))
  const { id: clientId } = await app.db.insertInto('client').values({ name: 'Northern Apparel' }).returning('id').executeTakeFirstOrThrow()
  const site = { clientId, name: 'Meghna Knit', countryId: 'BD', timeZone: 'Asia/Dhaka', languageCodes: ['bn'] }
  await app.db.insertInto('factory').values(site).execute()
  await page.reload()
  await page.getByRole('row', { name: /After the visit.*standard.*Version 1.*words missing in Bangla/ }).waitFor()
  expect(await faultsInEveryLook(page, 'questionnaires')).toEqual([])
})

test('an administrator writes the next version, is told at the field what is missing, and publishes it', async () => {
  await page.getByRole('link', { name: 'After the visit' }).click()
  await page.getByText('Missing in Bangla').first().waitFor()
  expect(await faultsInEveryLook(page, 'questionnaire')).toEqual([])
  await page.getByRole('button', { name: 'Write the next version' }).click()
  const form = page.getByRole('form', { name: 'Draft of the next version' })
  await form.getByText('Everything is saved.').waitFor()

  for (const [label, words] of Object.entries({
    'First words, Bangla': 'হ্যালো।',
    'Question 1, Bangla': 'এখন কথা বলা কি নিরাপদ?',
    'Choice 1, Bangla': 'হ্যাঁ',
    'Choice 2, Bangla': 'না',
    'Choice 3, Bangla': 'অন্য কেউ',
    'Question 2, Bangla': 'কী বিষয়ে?',
    'Last words, Bangla': 'ধন্যবাদ।',
  }))
    await form.getByLabel(label).fill(words)
  await form.getByRole('button', { name: 'Add a question answered in words' }).click()
  await form.getByLabel('Question 3, Bangla').fill('আর কিছু?')
  await form.getByRole('button', { name: 'Save the draft' }).click()
  await form.getByRole('alert').getByText('The English is missing').waitFor()
  expect(await form.getByRole('button', { name: 'Publish' }).isDisabled()).toBe(true)
  expect(await faultsInEveryLook(page, 'questionnaire-draft')).toEqual([])

  await page.reload()
  await form.getByLabel('Question 3, English').fill('Is there anything else?')
  await form.getByLabel('Then').first().selectOption({ label: 'Is there anything else?' })
  await form.getByRole('button', { name: 'Save the draft' }).click()
  await form.getByText('Everything is saved.').waitFor()
  await form.getByRole('button', { name: 'Publish' }).click()
  await form.getByText('Whoever is called for the first time from now on').waitFor()
  await form.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('heading', { name: 'Version 2' }).waitFor()
  await page.getByText('goes to: Is there anything else?').waitFor()
  await page.getByRole('listitem').filter({ hasText: 'Version 2' }).getByText('all there').waitFor()
  await page.getByRole('link', { name: 'Version 1' }).click()
  await page.getByText('Missing in Bangla').first().waitFor()
  const versions = await app.db.selectFrom('questionnaireVersion').select(['version', 'body']).orderBy('version').execute()
  expect(versions[0]!.body).toEqual(questionnaireAsking('What is it about?'))
  expect(versions[1]).toMatchObject({
    version: 2,
    body: {
      opening: { en: 'Hello.', bn: 'হ্যালো।' },
      questions: [
        { options: [{ next: 'question-3' }, { endsWith: 'not-safe-now' }, { endsWith: 'someone-else' }] },
        { id: 'what' },
        { id: 'question-3', kind: 'text', text: { en: 'Is there anything else?', bn: 'আর কিছু?' } },
      ],
    },
  })
})

test('another begins as a copy; what is written and not saved is not left behind unasked', async () => {
  await page.goto(`${url}/#/questionnaires`)
  await page.getByText('New questionnaire').click()
  expect(await faultsInEveryLook(page, 'questionnaire-new')).toEqual([])
  await page.getByLabel('Its name').fill('After the visit')
  await page.getByRole('button', { name: 'Make the questionnaire' }).click()
  await page.getByText('There is a questionnaire of this name').waitFor()
  await page.getByLabel('Its name').fill('About wages')
  await page.getByRole('button', { name: 'Make the questionnaire' }).click()
  await page.getByRole('heading', { name: 'About wages' }).waitFor()
  await page.getByRole('button', { name: 'Write the next version' }).click()
  const note = page.getByLabel('Question 2, note for the agent in English')
  await note.fill('Ask for the last three months.')
  page.once('dialog', (dialog) => void dialog.dismiss())
  await page.getByRole('link', { name: 'Version 1' }).click()
  expect(await note.inputValue()).toBe('Ask for the last three months.')
  await page.getByRole('button', { name: 'Save the draft' }).click()
  await page.getByText('Everything is saved.').waitFor()
  await page.getByRole('link', { name: 'Version 1' }).click()
  await page.getByRole('heading', { name: 'Version 1' }).waitFor()
  const draft = await app.db.selectFrom('questionnaireDraft').select('body').executeTakeFirstOrThrow()
  expect((draft.body as { questions: { hint?: unknown }[] }).questions[1]!.hint).toEqual({ en: 'Ask for the last three months.' })
  await app.db.deleteFrom('questionnaireDraft').execute()
  await page.goto(`${url}/#/questionnaires`)
  await page.getByRole('link', { name: 'After the visit' }).click()
  await page.getByRole('heading', { name: 'Version 2' }).waitFor()
})

test('a session that ends hides what is being written, for who wrote it and for nobody else', async () => {
  await page.getByRole('button', { name: 'Write the next version' }).click()
  const words = page.getByLabel('Last words, English')
  await words.fill('Thank you, goodbye.')
  await app.db.deleteFrom('userSession').execute()
  await page.getByRole('button', { name: 'Save the draft' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await words.isVisible()).toBe(false)
  await signIn(page, administrator)
  await words.waitFor()
  expect(await words.inputValue()).toBe('Thank you, goodbye.')
  await page.getByRole('button', { name: 'Save the draft' }).click()
  await page.getByText('Everything is saved.').waitFor()

  await words.fill('Goodbye.')
  await app.db.deleteFrom('userSession').execute()
  await page.getByRole('button', { name: 'Save the draft' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await signIn(page, await emailOf('administrator'))
  await words.waitFor()
  expect(await words.inputValue()).toBe('Thank you, goodbye.')
  await signOut()
  await signIn(page, administrator)
  await page.getByRole('button', { name: 'Discard the draft' }).click()
  await page.getByRole('button', { name: 'Discard the draft' }).click()
  await page.getByRole('heading', { name: 'Version 2' }).waitFor()
})
async function signOut(): Promise<void> {
  await page.locator('summary', { hasText: /^administrator/ }).click()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
}

test('a draft is discarded only when asked for twice; a supervisor reads and cannot write', async () => {
  await page.getByRole('button', { name: 'Write the next version' }).click()
  await page.getByRole('button', { name: 'Discard the draft' }).click()
  const supervisor = await signedIn(await emailOf('supervisor'))
  await supervisor.getByRole('link', { name: 'After the visit' }).click()
  await supervisor.getByRole('link', { name: 'Draft of the next version' }).click()
  await supervisor.getByRole('heading', { name: 'Draft of the next version' }).waitFor()
  await supervisor.getByText('Is there anything else?').first().waitFor()
  expect(await supervisor.getByRole('textbox').count()).toBe(0)
  expect(await supervisor.getByRole('button', { name: /next version/ }).count()).toBe(0)
  await page.getByRole('button', { name: 'Discard the draft' }).click()
  await page.getByRole('heading', { name: 'Version 2' }).waitFor()
  expect(await app.db.selectFrom('questionnaireDraft').select('revision').execute()).toEqual([])
  expect(problems).toEqual([])
})
