import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { recordArrived } from '../../server/domains/calls/service.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import { ingestVoicemail } from '../../server/domains/voicemails/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import type { Role } from '../../server/platform/http/policy.ts'
import { BANGLADESH, CARD_DID, givePhone, LANGUAGES, numberOf } from '../helpers/hotline.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'
import { launchBrowser, openConsole, type SignedInPage } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

/** No call is made here: the service and its database are enough. */
let app: TestApp
let url: string
let browser: Browser
let reference: string

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  app = await createTestApp()
  url = await app.app.listen({ host: '127.0.0.1', port: 0 })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  reference = await openedCase()
  browser = await launchBrowser()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

/** A worker left a message, and an agent made a case of it. */
async function openedCase(): Promise<string> {
  const agent = await app.signInAs('agent', { countryIds: ['BD'] })
  await givePhone(app.db, agent.userId)
  const [callId, at] = [randomUUID(), new Date()]
  const call = { callId, channelId: callId, direction: 'inbound', flow: 'inbound', did: CARD_DID, startedAt: at, instance: '1' } as const
  await recordArrived(app.context, { ...call, callerE164: numberOf(5) })
  const message = { spoolName: `vm-${callId}`, callId, wav: Buffer.alloc(20_000, 1), languageCode: 'bn', leftAt: at, durationMs: 1000 }
  const { voicemailId } = await ingestVoicemail(app.context, { ...message, isCutOff: false })
  const opened = { voicemailId, category: 'wages-and-benefits', severity: 'high', workerWish: 'anonymous', summary: 'Wages are not paid.' }
  return (await agent.send('POST', '/api/cases', opened)).json<{ reference: string }>().reference
}

async function open(role: Role): Promise<SignedInPage> {
  const { email } = await makeUser(app.db, role, { countryIds: ['BD'] })
  const demo = { users: [{ email, password: TEST_PASSWORD }] } as Parameters<typeof openConsole>[1]['demo']
  const opened = await openConsole(browser, { url, demo }, email)
  opened.page.setDefaultTimeout(10_000)
  await opened.page.goto(`${url}/#/cases`)
  await opened.page.getByRole('link', { name: reference }).click()
  return opened
}

const facts = (page: Page) => page.getByRole('region', { name: 'What happened' })

test('a case-handler writes down what was found and then what the client decided; a supervisor reads both', async () => {
  const { page, problems } = await open('case-handler')
  const decision = page.getByRole('region', { name: 'What the client decided' })
  await decision.getByText('Say first what the review found.').waitFor()
  await page.getByLabel('Finding').selectOption('violation')
  await page.getByLabel('Reason').fill('The payroll lacks nine hours a week.')
  await page.getByRole('button', { name: 'Save the finding' }).click()
  await facts(page).getByText('The payroll lacks nine hours a week.').waitFor()

  await decision.getByLabel('Decision').selectOption('warning')
  await decision.getByLabel('Decided on').fill('2099-01-01')
  await decision.getByLabel('What was agreed, and until when').fill('Back pay by the end of the year.')
  await decision.getByRole('button', { name: 'Save the decision' }).click()
  await decision.getByRole('alert').getByText('The day of the decision has not come yet.').waitFor()
  await decision.getByLabel('Decided on').fill('2026-01-15')
  await decision.getByRole('button', { name: 'Save the decision' }).click()
  await facts(page).getByText('warning given · Jan 15, 2026').waitFor()
  await facts(page).getByText('Back pay by the end of the year.').waitFor()
  expect(await faultsInEveryLook(page, 'case')).toEqual([])

  const supervisor = await open('supervisor')
  await facts(supervisor.page).getByText('Back pay by the end of the year.').waitFor()
  expect(await supervisor.page.getByRole('button', { name: 'Save the decision' }).count()).toBe(0)
  expect([...problems, ...supervisor.problems]).toEqual([])
})
