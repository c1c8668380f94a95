import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PROMPT_NAMES } from '../../asterisk-config/sounds/catalogue.ts'
import { SENTENCES } from '../../server/domains/prompts/sentence-rules.ts'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { correlate, decodeWav, SAME_SOUND, speak } from '../helpers/audio/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { launchBrowser, openConsole, type SignedInPage } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

let product: TestProduct
let browser: Browser
let supervisor: SignedInPage
let spoken: string

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  product = await startTestProduct()
  spoken = await speak('Xin chào bạn, cảm ơn bạn đã gọi cho chúng tôi hôm nay.', 'vi')
  // The microphone hears this file, over and over.
  const microphone = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', `--use-file-for-fake-audio-capture=${spoken}`]
  browser = await launchBrowser(microphone)
  supervisor = await openConsole(browser, product, 'supervisor@demo.localhost')
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

const card = (page: Page, name: string) => page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })

test('a prompt is spoken into the browser, listened to, sent, and approved by somebody else', async () => {
  const { page } = supervisor
  await page.goto(`${product.url}/#/prompts`)
  await page.getByRole('region', { name: 'Viet Nam' }).getByRole('link', { name: 'Tiếng Việt' }).click()
  await page.getByText(`0 of ${PROMPT_NAMES.length} approved.`).waitFor()
  const greeting = card(page, 'greeting')
  await greeting.getByText('Record, change or try it').click()
  await greeting.getByRole('button', { name: 'Record', exact: true }).click()
  await greeting.getByText(/Recording, 0:0[6-9]/).waitFor({ timeout: 30_000 })
  await greeting.getByRole('button', { name: 'Stop recording' }).click()
  await greeting.getByLabel('Your recording').waitFor()
  await greeting.getByRole('button', { name: 'Let callers hear it' }).click()
  await greeting.getByText('You have recorded this: somebody else approves it.').waitFor({ timeout: 30_000 })

  const row = product.db
    .selectFrom('promptRecording')
    .select(['wav', 'levelDb'])
    .where('languageCode', '=', 'vi')
    .where('name', '=', 'greeting')
  const { wav, levelDb } = await row.executeTakeFirstOrThrow()
  expect(correlate(decodeWav(wav), spoken).score).toBeGreaterThan(SAME_SOUND)
  expect(levelDb).toBeGreaterThan(-23)

  const { page: other } = await openConsole(browser, product, 'administrator@demo.localhost')
  await other.goto(`${product.url}/#/prompts/vi`)
  const theirs = card(other, 'greeting')
  await theirs.getByRole('button', { name: /^Play: a person/ }).click()
  await theirs.getByRole('button', { name: /^Stop: a person/ }).waitFor()
  await theirs.getByLabel('Native speaker who has listened').fill('A native speaker')
  await theirs.getByRole('button', { name: 'Approve' }).click()
  await theirs.getByText(/Approved by A native speaker/).waitFor()
  await other.getByText(`1 of ${PROMPT_NAMES.length} approved.`).waitFor()
})

test('a sentence is changed and spoken anew; a file that is no sound, and a country without the language, say what is wrong', async () => {
  const { page } = supervisor
  const goodbye = card(page, 'goodbye')
  await goodbye.getByText('Record, change or try it').click()
  await goodbye.getByLabel('Sentence').fill('Cảm ơn bạn. Chào bạn nhé.')
  await goodbye.getByRole('button', { name: 'Change the sentence' }).click()
  await goodbye.locator('.text').getByText('Cảm ơn bạn. Chào bạn nhé.').waitFor({ timeout: 20_000 })
  await goodbye.getByText('draft by the machine').waitFor()
  const file = join(product.folder, 'no-sound.mp3')
  await writeFile(file, 'no sound')
  await goodbye.getByLabel('Or a sound file').setInputFiles(file)
  await goodbye.getByText('The browser cannot read this file as a sound.').waitFor()

  await page.goto(`${product.url}/#/prompts`)
  const turkish = page.getByRole('region', { name: 'Viet Nam' }).getByRole('listitem').filter({ hasText: 'Türkçe' })
  await turkish.getByText('Offer it to callers').click()
  await turkish.getByText('Not yet: this is missing.').waitFor()
  expect(supervisor.problems).toEqual([])
})

test('a language comes in as a file, with its mistakes row by row', async () => {
  const { page } = await openConsole(browser, product, 'administrator@demo.localhost')
  await page.goto(`${product.url}/#/prompts`)
  const panel = page.getByRole('region', { name: 'Bring in a language' })
  const prompts = PROMPT_NAMES.map((name, index) => ({
    name,
    text: `${'កខគឃងចឆជ'[index % 8]}${'ញដឋឌឍណតថ'[Math.floor(index / 8) % 8]}${'ក'.repeat(1 + Math.floor(index / 64))}`,
  }))
  const language = { code: 'km', ownName: 'ខ្មែរ', script: 'Khmer', direction: 'ltr', isTallScript: true, voice: null, prompts }
  const choose = (content: object) =>
    panel
      .getByLabel('The filled-in file')
      .setInputFiles({ name: 'km.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(content)) })
  await choose({ ...language, prompts: prompts.with(3, { name: 'menu-3', text: 'press three' }) })
  await panel.getByText('Row 4').waitFor()
  await choose(language)
  await panel.getByText('Nothing is kept yet.').waitFor()
  await panel.getByRole('button', { name: 'Bring it in' }).click()
  await panel.getByText('A native speaker must review it.').waitFor()
  await page.getByRole('region', { name: 'Viet Nam' }).getByRole('link', { name: 'ខ្មែរ' }).click()
  await page.getByRole('heading', { level: 1, name: 'ខ្មែរ' }).waitFor()
  await page.getByText('it waits for recordings by people').waitFor()
  const written = page.getByRole('region', { name: 'Texts, STOP and START' })
  await written.getByText('Its file has brought none of this yet').waitFor()
  await page.locator('main li details summary').first().click()
  expect(await faultsInEveryLook(page, 'prompts without a voice')).toEqual([])

  await page.goto(`${product.url}/#/prompts`)
  const texts = SENTENCES.map((name, index) => ({ name, text: `${'កខគឃង'[index % 5]}${'ញដឋឌឍ'[Math.floor(index / 5)]} ចាប់` }))
  await choose({ ...language, texts, stopWords: ['ឈប់'], startWords: ['ចាប់'], consentText: 'ក ខ គ' })
  await panel.getByText('Nothing is kept yet.').waitFor()
  await panel.getByRole('button', { name: 'Bring it in' }).click()
  await panel.getByText('A native speaker must review it.').waitFor()
  await page.getByRole('region', { name: 'Viet Nam' }).getByRole('link', { name: 'ខ្មែរ' }).click()
  await page.getByRole('heading', { level: 1, name: 'ខ្មែរ' }).waitFor()
  await written.getByText('ឈប់', { exact: true }).waitFor()
  await written.getByText('ក ខ គ').waitFor()
  expect(await faultsInEveryLook(page, 'a language with its written words')).toEqual([])
})
