import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { changeStatus } from '../../server/domains/agents/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { installQuestionnaire } from '../../server/domains/questionnaires/service.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { asProductClock } from '../../server/platform/time/demo-clock.ts'
import { BANGLADESH, givePhone, LANGUAGES, makeFactory, numberOf } from '../helpers/hotline.ts'
import { dhaka } from '../helpers/hours.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'
import { questionnaireAsking } from '../helpers/questionnaire.ts'
import { launchBrowser } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

/** What a supervisor plans and decides by hand; no call is made: the service and its database are enough. It is a Sunday, 10:00. */
const clock = fixedClock(dhaka('2026-12-06', '10:00'))
const INDIA = {
  ...{ ...BANGLADESH, id: 'IN', name: 'India', callingCode: '91', timeZone: 'Asia/Kolkata' },
  ...{ cardDid: '+911100000001', callbackDid: '+911100000002', trunk: { id: 'in-1', carrierHost: '127.0.0.12', carrierPort: 5070 } },
}
let app: TestApp
let url: string
let browser: Browser
let page: Page
let factoryId: string
let agent: Awaited<ReturnType<typeof makeAgent>>
let helper: typeof agent | undefined
let made = 0
const problems: string[] = []

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  app = await createTestApp({ clock: asProductClock(clock), isStarted: true })
  url = await app.app.listen({ host: '127.0.0.1', port: 0 })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH, INDIA]))
  await installQuestionnaire(app.context, 'After the visit', questionnaireAsking('What is it about?'))
  factoryId = await makeFactory(app.db)
  agent = await makeAgent('BD')
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

async function makeAgent(countryId: string, status = 'free') {
  const { id } = await makeUser(app.db, 'agent', { countryIds: [countryId] })
  await givePhone(app.db, id, { countryIds: [countryId], status })
  const { displayName } = await app.db.selectFrom('appUser').select('displayName').where('id', '=', id).executeTakeFirstOrThrow()
  return { id, displayName }
}
async function waitingCallback(dueAt = dhaka('2026-12-07', '12:00')): Promise<string> {
  const worker = { e164: numberOf(2000 + ++made), countryId: 'BD', languageCode: 'bn', factoryId }
  const { workerId, phoneNumberId } = await inTransaction(app.db, (tx) => addRosterWorker(app.context, tx, worker))
  const due = { reason: 'audit', status: 'waiting', countryId: 'BD', languageCode: 'bn', timeZone: 'Asia/Dhaka' }
  const row = app.db
    .insertInto('callback')
    .values({ ...due, workerId, phoneNumberId, dueAt })
    .returning('id')
  return (await row.executeTakeFirstOrThrow()).id
}
const callback = (id: string) => app.db.selectFrom('callback').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
/** Another address with the same page behind it loads nothing by itself. */
async function open(path: string): Promise<void> {
  await page.goto(`${url}/#/${path}`)
  await page.reload()
}

test('an agent’s shifts: one that ends before it starts is refused, then a week and a day off are kept', async () => {
  await open('shifts')
  await page.getByText('No shifts are kept').waitFor()
  await page.getByRole('button', { name: 'Change' }).click()
  await page.getByRole('button', { name: 'Sunday: add a shift' }).click()
  await page.getByLabel('Sunday, from').fill('18:00')
  await page.getByLabel('Sunday, until').fill('17:00')
  await page.getByRole('button', { name: 'Save the shifts' }).click()
  await page.getByRole('alert').getByText('A shift must end after it starts.').waitFor()
  expect(await app.db.selectFrom('agentShift').selectAll().execute()).toEqual([])
  await page.getByLabel('Sunday, until').fill('21:00')
  await page.getByRole('button', { name: 'Add a day' }).click()
  await page.getByLabel('Day', { exact: true }).fill('2026-12-13')
  expect(await faultsInEveryLook(page, 'shift-editor')).toEqual([])
  await page.getByRole('button', { name: 'Save the shifts' }).click()
  await page.getByRole('listitem').filter({ hasText: 'Sunday 18:00–21:00' }).last().waitFor()
  await page.getByRole('listitem').filter({ hasText: 'Dec 13, 2026 off' }).last().waitFor()
})

describe('a visit', () => {
  const roster = [
    'Contact,Tongue,Begin,Finish,Nick',
    `${numberOf(1)},bn,18:00,20:00,Moon`,
    `${numberOf(2)},en,18:00,20:00,`,
    '12,bn,18:00,20:00,Star',
  ].join('\n')
  const choose = () =>
    page.getByLabel('Roster, as XLSX or CSV').setInputFiles({ name: 'roster.csv', mimeType: 'text/csv', buffer: Buffer.from(roster) })

  test('takes a roster whose headings nobody knows: columns are named by hand, tried first, and imported once', async () => {
    await open('audits')
    await page.getByLabel('Factory').last().selectOption(factoryId)
    await page.getByRole('button', { name: 'Make the audit' }).click()
    await choose()
    await page.getByText('3 rows. Which column holds what?').waitFor()
    for (const [field, column] of [
      ['Phone number', 'Contact'],
      ['Language', 'Tongue'],
      ['Call from', 'Begin'],
      ['Call until', 'Finish'],
      ['Alias', 'Nick'],
    ] as const) {
      const option = page.getByLabel(field, { exact: true }).last()
      await option.selectOption({ label: `${column} (${column === 'Nick' ? 2 : 3} filled)` })
    }
    await page.getByLabel('Consent of rows without one').selectOption('spoken')
    await page.getByRole('button', { name: 'Try it first' }).click()
    await page.getByText(/2 workers would be added/).waitFor()
    await page.getByRole('row', { name: /^Row 4 Contact This is not a phone number.* Write it as it is dialled/ }).waitFor()
    expect(await app.db.selectFrom('interview').select('id').execute()).toEqual([])
    expect(await faultsInEveryLook(page, 'import-tried')).toEqual([])
    await page.getByRole('button', { name: 'Import 2 workers' }).click()
    await page.getByText(/2 workers added/).waitFor()
    expect(await app.db.selectFrom('interview').select('id').execute()).toHaveLength(2)
    await page.getByRole('button', { name: 'Try it first' }).click()
    await page.getByText(/0 workers would be added, 2 are on the list already/).waitFor()
  })

  test('says before it is closed what cannot be kept, and what to do about it; then plans it all the same', async () => {
    await page.getByRole('button', { name: 'Close the visit' }).click()
    await page.getByText('Nobody is certified in English: certify somebody before that day.').waitFor()
    await page.getByText(/1 worker speaks Bangla, and the client’s questions are not all there in it/).waitFor()
    expect(await faultsInEveryLook(page, 'feasibility')).toEqual([])
    expect(await app.db.selectFrom('callback').select('id').execute()).toEqual([])
    await page.getByRole('button', { name: 'Close the visit' }).click()
    await page.getByText('2 callbacks planned, 0 planned before.').waitFor()
    expect(await app.db.selectFrom('callback').select('id').execute()).toHaveLength(2)
  })
})

describe('callbacks', () => {
  beforeEach(async () => {
    const over = { status: 'closed', closedAt: clock.now(), closedReason: 'Of the test before.' }
    await app.db.updateTable('callback').set(over).where('status', '=', 'waiting').execute()
  })
  const bar = () => page.getByRole('region', { name: /chosen/ })

  test('are held with a reason, released, given to an agent, put to another time and closed, many at once', async () => {
    const ids = [await waitingCallback(), await waitingCallback()]
    const all = () => Promise.all(ids.map(callback))
    await open('callbacks')
    const choose = () => page.getByLabel('All 2 shown').check()
    const act = async (name: string, button: string) => {
      await bar().getByRole('button', { name, exact: true }).click()
      return bar().getByRole('button', { name: button })
    }
    await choose()
    const hold = await act('Hold', 'Hold 2 callbacks')
    await hold.click()
    // Without a reason the browser itself says so, and nothing happens.
    expect((await all()).map(({ heldReason }) => heldReason)).toEqual([null, null])
    await bar().getByLabel('Reason').fill('The factory asked for a day of quiet.')
    expect(await faultsInEveryLook(page, 'supervise')).toEqual([])
    await hold.click()
    await page.getByText('2 callbacks done.').waitFor()
    expect((await all()).every(({ heldReason }) => heldReason !== null)).toBe(true)
    await page
      .getByText(/The factory asked for a day of quiet/)
      .first()
      .waitFor()

    await choose()
    await (await act('Release', 'Release 2 callbacks')).click()
    await expect.poll(async () => (await all()).map(({ heldReason }) => heldReason)).toEqual([null, null])
    await choose()
    const assign = await act('Assign', 'Assign 2 callbacks')
    await bar().getByLabel('Agent').selectOption({ label: agent.displayName })
    await assign.click()
    await expect.poll(async () => (await all()).map(({ assignedAgentUserId }) => assignedAgentUserId)).toEqual([agent.id, agent.id])
    await choose()
    const reschedule = await act('Reschedule', 'Reschedule 2 callbacks')
    await bar().getByLabel('Call again at').fill('2026-12-08T15:30')
    await reschedule.click()
    await expect.poll(async () => (await all()).map(({ dueAt }) => dueAt)).toEqual(ids.map(() => dhaka('2026-12-08', '15:30')))
    await choose()
    const close = await act('Close', 'Close 2 callbacks')
    await bar().getByLabel('Reason').fill('Reached by the union.')
    await close.click()
    await expect.poll(async () => (await all()).map(({ status }) => status)).toEqual(['closed', 'closed'])
    await page.getByText('No callback is waiting.').waitFor()
  })

  test('of which one is being called meanwhile: the others are held, that one is named and stays chosen', async () => {
    const [idle, called] = [await waitingCallback(), await waitingCallback()]
    await open('callbacks')
    await page.getByLabel('All 2 shown').check()
    const claim = {
      status: 'claimed',
      claimedByUserId: agent.id,
      claimToken: crypto.randomUUID(),
      leaseUntil: new Date(Date.now() + 60_000),
    }
    await app.db.updateTable('callback').set(claim).where('id', '=', called).execute()
    await bar().getByRole('button', { name: 'Hold', exact: true }).click()
    await bar().getByLabel('Reason').fill('A day of quiet.')
    await bar().getByRole('button', { name: 'Hold 2 callbacks' }).click()
    const { reference } = await callback(called)
    const result = page.getByRole('status').filter({ hasText: '1 callback done. 1 refused:' })
    await result.getByText(reference).waitFor()
    expect(await faultsInEveryLook(page, 'supervise-refused')).toEqual([])
    await bar().getByText('1 chosen').waitFor()
    expect([(await callback(idle)).heldReason, (await callback(called)).heldReason]).toEqual([
      'A supervisor holds it: A day of quiet.',
      null,
    ])
    const over = { status: 'waiting', claimedByUserId: null, claimToken: null, leaseUntil: null }
    await app.db.updateTable('callback').set(over).where('id', '=', called).execute()
  })

  test('that nobody on duty speaks are offered in order: an agent elsewhere, an interpreter, another time', async () => {
    await app.db
      .updateTable('country')
      .set({ helperCountryIds: ['IN'] })
      .where('id', '=', 'BD')
      .execute()
    await app.db
      .updateTable('agent')
      .set({ languageCodes: ['en'] })
      .where('userId', '=', agent.id)
      .execute()
    await app.db.deleteFrom('agentCertificate').where('agentUserId', '=', agent.id).execute()
    helper ??= await makeAgent('IN')
    const { id: helperId } = helper
    const id = await waitingCallback(dhaka('2026-12-06', '09:00'))
    await open('board')
    const panel = page.getByRole('region', { name: /Nobody speaks it/ })
    await panel.getByText('No agent of this country is certified in this language.').waitFor()
    const offered = await panel.getByRole('button').allTextContents()
    expect(offered.map((text) => text.trim())).toEqual([
      expect.stringContaining(`Give to ${helper.displayName} (India)`),
      'With an interpreter',
      'Another time',
    ])
    await panel.getByRole('button', { name: 'With an interpreter' }).click()
    expect(await faultsInEveryLook(page, 'unserved')).toEqual([])
    await panel.getByLabel('Agent who leads the call').selectOption(agent.id)
    await panel.getByLabel('Interpreter').selectOption(helperId)
    await panel.getByRole('button', { name: 'Give to both' }).click()
    await panel.waitFor({ state: 'detached' })
    expect(await callback(id)).toMatchObject({ assignedAgentUserId: agent.id, interpreterUserId: helperId })

    const later = await waitingCallback(dhaka('2026-12-06', '09:00'))
    await open('board')
    await panel.getByRole('button', { name: 'Another time' }).click()
    await panel.getByLabel(/Call again/).fill('2026-12-07T11:00')
    // An agent’s state changes meanwhile and the list is asked for again: what was typed is still there.
    const again = page.waitForResponse('**/api/callbacks/unserved')
    await inTransaction(app.db, (tx) => changeStatus(app.context, tx, agent.id, 'wrap-up'))
    await (await again).finished()
    await page.evaluate('new Promise((shown) => requestAnimationFrame(shown))')
    expect(await panel.getByLabel(/Call again/).inputValue()).toBe('2026-12-07T11:00')
    await panel.getByRole('button', { name: 'Call then' }).click()
    await panel.waitFor({ state: 'detached' })
    expect((await callback(later)).dueAt).toEqual(dhaka('2026-12-07', '11:00'))
    expect(problems).toEqual([])
  })
})
