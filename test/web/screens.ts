import type { Page } from 'playwright-core'

export const AGENT = 'agent-vn-vi@demo.localhost'

/** Opens the first thing of a list by its link. */
const openFirst = (path: string) => async (page: Page) => {
  await page.locator(`main a[href^="#/${path}/"]`).first().click()
  await page.locator('main h1').waitFor()
}
const openCards = async (page: Page) => {
  await openFirst('audits')(page)
  await page.locator('main a[href$="/cards"]').click()
  await page.locator('.preview .card').waitFor()
}
const openSchedule = async (page: Page) => {
  await page.locator('main summary').first().click()
  await page.locator('main select').first().waitFor()
}
const openPlayer = async (page: Page) => {
  await page.locator('main button[aria-expanded]').first().click()
  await page.locator('rect').first().waitFor({ state: 'attached' })
}

const openShifts = async (page: Page) => {
  await page.locator('main article header button').first().click()
  await page.locator('main form button').first().click()
  await page.locator('main form input[type=time]').first().waitFor()
}

const openAgent = async (page: Page) => {
  await page.locator('main article header button').first().click()
  await page.locator('main form input[type=checkbox]').first().waitFor()
}

const openPrompt = async (page: Page) => {
  await page.locator('main li details summary').first().click()
  await page.locator('main li details[open] input').first().waitFor()
}
const openGaps = async (page: Page) => {
  await page.locator('main li details summary').first().click()
  await page.locator('main li details[open] code').first().waitFor()
}

/** What can be done to those that are chosen comes up. */
const chooseFirst = async (page: Page) => {
  await page.locator('main li input[type=checkbox]').first().check()
  await page.locator('main section .acts button').first().click()
}

/** The console's screens as each role opens them, in the demo; `then` brings up what is under a button. */
export const screens: { email: string; path: string; then?: (page: Page) => Promise<void> }[] = [
  { email: 'supervisor@demo.localhost', path: 'board' },
  { email: 'supervisor@demo.localhost', path: 'alerts' },
  { email: 'supervisor@demo.localhost', path: 'watchdog', then: openSchedule },
  { email: 'supervisor@demo.localhost', path: 'callbacks', then: chooseFirst },
  { email: 'supervisor@demo.localhost', path: 'voicemails', then: openPlayer },
  { email: 'supervisor@demo.localhost', path: 'audits' },
  { email: 'supervisor@demo.localhost', path: 'audits?status=open&countryId=BD' },
  { email: 'supervisor@demo.localhost', path: 'sites' },
  { email: 'supervisor@demo.localhost', path: 'questionnaires' },
  { email: 'supervisor@demo.localhost', path: 'questionnaires', then: openFirst('questionnaires') },
  { email: 'supervisor@demo.localhost', path: 'audits', then: openFirst('audits') },
  { email: 'supervisor@demo.localhost', path: 'shifts', then: openShifts },
  { email: 'supervisor@demo.localhost', path: 'agents', then: openAgent },
  { email: 'supervisor@demo.localhost', path: 'prompts', then: openGaps },
  { email: 'supervisor@demo.localhost', path: 'texts' },
  { email: AGENT, path: 'desk' },
  { email: AGENT, path: 'desk', then: openFirst('desk') },
  { email: 'auditor@demo.localhost', path: 'audits', then: openFirst('audits') },
  { email: 'auditor@demo.localhost', path: 'audits', then: openCards },
  { email: 'case-handler@demo.localhost', path: 'cases' },
  { email: 'client@demo.localhost', path: 'dashboard' },
  { email: 'administrator@demo.localhost', path: 'alerts' },
  { email: 'administrator@demo.localhost', path: 'agents', then: openAgent },
  { email: 'administrator@demo.localhost', path: 'lines' },
  { email: 'administrator@demo.localhost', path: 'lines/TR' },
  { email: 'administrator@demo.localhost', path: 'prompts' },
  { email: 'administrator@demo.localhost', path: 'prompts/vi', then: openPrompt },
  { email: 'administrator@demo.localhost', path: 'text-gateways' },
  { email: 'supervisor@demo.localhost', path: 'lines/IN' },
]
