import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { recordArrived } from '../../server/domains/calls/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { ingestVoicemail } from '../../server/domains/voicemails/service.ts'
import type { Role } from '../../server/platform/http/policy.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { speak } from '../helpers/audio/index.ts'
import { BANGLADESH, CARD_DID, givePhone, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'
import { launchBrowser, openConsole } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

/** What people do all day on the desk, the board and in the inbox. No call is made: the service, its database and its live socket are enough. */
let app: TestApp
let url: string
let browser: Browser
let agentUserId: string
let agentName: string
let agent: Page
let supervisor: Page
const problems: string[] = []
/** Long enough to move about in. */
const SECONDS = 16

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  app = await createTestApp({ isStarted: true })
  url = await app.app.listen({ host: '127.0.0.1', port: 0 })
  const vietNam = { ...BANGLADESH, id: 'VN', name: 'Viet Nam', callingCode: '84', cardDid: '+842400000001', callbackDid: '+842400000002' }
  const trunk = { ...BANGLADESH.trunk, id: 'vn-1' }
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH, { ...vietNam, trunk }]))
  browser = await launchBrowser()
  const own = await open('agent', 'desk', ['BD', 'VN'])
  agent = own.page
  agentUserId = own.userId
  agentName = await nameOf(agentUserId)
  await givePhone(app.db, agentUserId)
  await app.db
    .updateTable('agent')
    .set({ languageCodes: ['bn', 'en'] })
    .where('userId', '=', agentUserId)
    .execute()
  await agent.reload()
  supervisor = (await open('supervisor', 'board')).page
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

async function open(role: Role, path: string, countryIds = ['BD']): Promise<{ page: Page; userId: string }> {
  const { id: userId, email } = await makeUser(app.db, role, { countryIds })
  const demo = { users: [{ email, password: TEST_PASSWORD }] } as Parameters<typeof openConsole>[1]['demo']
  const { page, problems: own } = await openConsole(browser, { url, demo }, email)
  page.setDefaultTimeout(10_000)
  page.on('pageerror', (error) => problems.push(error.message))
  problems.push(...own)
  await page.goto(`${url}/#/${path}`)
  return { page, userId }
}
const nameOf = async (id: string) =>
  (await app.db.selectFrom('appUser').select('displayName').where('id', '=', id).executeTakeFirstOrThrow()).displayName
const agentRow = () => app.db.selectFrom('agent').selectAll().where('userId', '=', agentUserId).executeTakeFirstOrThrow()
const certified = async () => {
  const rows = await app.db.selectFrom('agentCertificate').select('languageCode').where('agentUserId', '=', agentUserId).execute()
  return rows.map(({ languageCode }) => languageCode).toSorted()
}
/** The agent on the board. */
const chip = () => supervisor.getByRole('region', { name: 'Agents' }).getByRole('listitem').filter({ hasText: agentName })
const toScreen = (page: Page, path: string) => page.goto(`${url}/#/${path}`)

/** @param caller null: they withheld their number */
async function leaveMessage(languageCode: string, caller: string | null): Promise<void> {
  const [callId, at] = [randomUUID(), new Date()]
  const call = { callId, channelId: callId, direction: 'inbound', flow: 'inbound', did: CARD_DID, startedAt: at, instance: '1' } as const
  await recordArrived(app.context, { ...call, callerE164: caller })
  const wav = await readFile(await speak('The foreman takes away our overtime. '.repeat(8), 'en'))
  const message = { spoolName: `vm-${callId}`, callId, wav, languageCode, leftAt: at, durationMs: SECONDS * 1000 }
  await ingestVoicemail(app.context, { ...message, isCutOff: false })
}

test('an agent takes a break for a meal and comes back, and the board follows without being asked', async () => {
  await agent.getByRole('button', { name: 'Take a break' }).click()
  await agent.getByRole('group', { name: 'What is the break for?' }).getByRole('button', { name: 'meal' }).click()
  await chip().getByText('break (meal)').waitFor()
  expect(await agentRow()).toMatchObject({ status: 'break', breakReason: 'meal' })
  await agent.getByRole('button', { name: 'I am free' }).click()
  await chip().getByText(/^free/).waitFor()
  expect(await agentRow()).toMatchObject({ status: 'free', breakReason: null })
})

test('a supervisor who has heard an agent certifies a language, and the agent’s desk says so at once', async () => {
  await agent.getByText('Not certified yet, so no calls in: English').waitFor()
  await chip().getByRole('button', { name: 'English is not certified' }).click()
  await chip().getByRole('button', { name: 'Not yet' }).click()
  expect(await certified()).toEqual(['bn'])
  await chip().getByRole('button', { name: 'English is not certified' }).click()
  await chip().getByRole('button', { name: 'Yes, certify' }).click()
  await agent.getByText('Not certified yet').waitFor({ state: 'detached' })
  expect(await certified()).toEqual(['bn', 'en'])
})

test('a supervisor takes a language from an agent and gives it back: the phone stays, the certificate does not', async () => {
  const before = await agentRow()
  await toScreen(supervisor, 'agents')
  const card = supervisor.getByRole('article', { name: agentName })
  await card.getByText(/^certified by supervisor/).waitFor()
  const form = card.getByRole('form')
  const save = async () => {
    await form.getByRole('button', { name: 'Save the agent' }).click()
    await form.waitFor({ state: 'detached' })
  }
  await card.getByRole('button', { name: /^Change/ }).click()
  await form.getByLabel('English').uncheck()
  await form.getByText('A language that is taken away loses its certificate').waitFor()
  expect(await form.getByLabel('Viet Nam').isDisabled()).toBe(true)
  expect(await faultsInEveryLook(supervisor, 'agents')).toEqual([])
  await form.getByLabel('Bangla', { exact: true }).uncheck()
  await form.getByText('Choose at least one language and one country.').waitFor()
  expect(await form.getByRole('button', { name: 'Save the agent' }).isDisabled()).toBe(true)
  await form.getByLabel('Bangla', { exact: true }).check()
  await save()
  expect(await certified()).toEqual(['bn'])
  await card.getByRole('button', { name: /^Change/ }).click()
  await form.getByLabel('English').check()
  await save()
  await card.getByRole('button', { name: 'English is not certified' }).waitFor()
  await agent.getByText('Not certified yet, so no calls in: English').waitFor()
  expect(await agentRow()).toEqual({ ...before, languageCodes: expect.arrayContaining(['bn', 'en']) as string[] })
  expect(await certified()).toEqual(['bn'])
})

test('an administrator moves an agent to another country, and the board they leave shows them no more', async () => {
  await toScreen(supervisor, 'board')
  await chip().waitFor()
  const { page: administrator } = await open('administrator', 'agents')
  const card = administrator.getByRole('article', { name: agentName })
  await card.getByText('English is not certified').waitFor()
  expect(await card.getByRole('button', { name: 'English is not certified' }).count()).toBe(0)
  await card.getByRole('button', { name: /^Change/ }).click()
  const form = card.getByRole('form')
  await form.getByLabel('Viet Nam').check()
  await form.getByLabel('Bangladesh').uncheck()
  await form.getByRole('button', { name: 'Save the agent' }).click()
  await chip().waitFor({ state: 'detached' })
  expect(await agentRow()).toMatchObject({ countryIds: ['VN'], isPhoneReachable: true })
  await app.db
    .updateTable('agent')
    .set({ countryIds: ['BD'] })
    .where('userId', '=', agentUserId)
    .execute()
  await administrator.context().close()
})

/** A row of the inbox; the country's name begins like the language's. */
const BANGLA = /Bangladesh\s+Bangla\b/
const rows = (page: Page) => page.getByRole('main').getByRole('listitem')

test('the inbox shows what is asked for, and its address brings the same again', async () => {
  await leaveMessage('bn', numberOf(5))
  await leaveMessage('en', null)
  await toScreen(supervisor, 'voicemails')
  await expect.poll(() => rows(supervisor).count()).toBe(2)
  const filters = supervisor.getByRole('form', { name: 'Which messages' })
  await filters.getByLabel('Language').selectOption({ label: 'Bangla' })
  await expect.poll(() => rows(supervisor).allInnerTexts()).toEqual([expect.stringMatching(BANGLA)])
  await filters.getByLabel('Call back').selectOption({ label: 'cannot be called' })
  await supervisor.getByText('No messages like this.').waitFor()
  await filters.getByLabel('Language').selectOption({ label: 'all' })
  await expect.poll(() => rows(supervisor).allInnerTexts()).toEqual([expect.stringContaining('number withheld')])
  await supervisor.reload()
  await expect.poll(() => rows(supervisor).allInnerTexts()).toEqual([expect.stringContaining('number withheld')])
  await filters.getByLabel('Call back').selectOption({ label: 'all' })
  await filters.getByLabel('Heard').selectOption({ label: 'not heard yet' })
  await expect.poll(() => rows(supervisor).count()).toBe(2)
})

const audio = (within: Locator, what: 'currentTime' | 'playbackRate' | 'paused' | 'duration') =>
  within.locator('audio').evaluate((element, name) => (element as unknown as Record<string, number | boolean>)[name], what)

test('a message is slowed down, and moved about in by the keys of its waveform', async () => {
  await toScreen(agent, 'voicemails')
  const row = rows(agent).filter({ hasText: BANGLA })
  await row.getByRole('button', { expanded: false }).click()
  const player = row.getByRole('group', { name: /^Player/ })
  await player.getByLabel('Speed').selectOption({ label: '0.75×' })
  await expect.poll(() => audio(row, 'playbackRate')).toBe(0.75)
  await expect.poll(() => audio(row, 'duration')).toBeGreaterThan(10)

  const position = player.getByRole('slider', { name: 'Position' })
  await position.focus()
  await position.press('ArrowRight')
  await expect.poll(() => audio(row, 'currentTime')).toBeCloseTo(5)
  await expect.poll(() => player.locator('rect.played').count()).toBeGreaterThan(10)
  await position.press('ArrowRight')
  await position.press('ArrowLeft')
  await expect.poll(() => audio(row, 'currentTime')).toBeCloseTo(5)
  await position.press('Home')
  await expect.poll(() => audio(row, 'currentTime')).toBe(0)
  await player.getByRole('button', { name: 'Play' }).press('Space')
  await player.getByRole('button', { name: 'Pause' }).waitFor()
  await expect.poll(() => audio(row, 'currentTime')).toBeGreaterThan(0.3)
  expect(await audio(row, 'playbackRate')).toBe(0.75)
  await player.getByRole('button', { name: 'Pause' }).press('Space')
  await expect.poll(() => audio(row, 'paused')).toBe(true)
})

test('a supervisor sees who has heard a message', async () => {
  await toScreen(supervisor, 'voicemails')
  await supervisor.reload()
  const row = rows(supervisor).filter({ hasText: BANGLA })
  await expect.poll(() => row.getByText('not heard yet').count()).toBe(0)
  await row.getByRole('button').click()
  await row.getByText(`${agentName} ·`).waitFor()
  const other = rows(supervisor).filter({ hasText: 'number withheld' })
  await other.getByRole('button').click()
  // Whoever opens it counts as a hearer, perhaps before the list is read.
  await other.getByText(/^(Nobody yet|supervisor \d+ ·)/).waitFor()
  expect(await other.getByText(agentName).count()).toBe(0)
  expect(problems).toEqual([])
})
