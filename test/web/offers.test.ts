import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { type CallbackSite, startCallbackSite } from '../asterisk/callback-site.ts'
import { answers } from '../helpers/phone/index.ts'
import { launchBrowser, openConsole, type SignedInPage } from './browser.ts'
import { faultsInEveryLook } from './reading.ts'

let site: CallbackSite
let browser: Browser
let agent: SignedInPage

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  site = await startCallbackSite()
  site.carrier.onCall(answers({ afterMs: 200 }))
  site.agentPhone.onCall(answers({ afterMs: 100 }))
  browser = await launchBrowser()
  agent = await openConsole(browser, site.product, 'agent-vn-vi@demo.localhost', { width: 390, height: 844 })
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await site?.stop()
})

test('an agent who is free is shown what is due, declines it by a key, and accepts the next; its page opens and the phones ring', async () => {
  const { page } = agent
  await page.goto(`${site.product.url}/#/desk`)
  await page.getByRole('button', { name: 'I am free' }).click()
  const first = await site.dueCallback()
  const { reference } = await site.view(first.id)
  const offer = page.getByRole('region', { name: 'A callback for you' })
  await offer.getByText(reference).waitFor({ timeout: 15_000 })
  await offer.getByText(/\d+ seconds?/).waitFor()
  expect(await faultsInEveryLook(page, 'offer')).toEqual([])
  expect(await offer.innerText()).not.toContain(first.number.slice(-7))

  await page.keyboard.press('d')
  await offer.waitFor({ state: 'hidden' })
  expect(await site.view(first.id)).toMatchObject({ status: 'waiting', attempts: [] })

  const second = await site.dueCallback()
  await offer.waitFor({ timeout: 15_000 })
  await offer.getByRole('button', { name: /Accept/ }).click()
  await page.waitForURL(`**/#/desk/${second.id}`)
  const toWorker = await site.carrier.nextCall()
  await toWorker.answered
  await page.getByRole('status').getByText('talking', { exact: true }).waitFor({ timeout: 10_000 })
  await toWorker.hangUp()
  await page.getByRole('status').getByText('wrap-up', { exact: true }).waitFor({ timeout: 10_000 })
  await page.keyboard.press('c')
  await page.getByRole('status').getByText('done', { exact: true }).waitFor({ timeout: 10_000 })
})

test('an agent who wants no asking chooses so on the desk: the phone rings and the page opens by itself', async () => {
  const { page } = agent
  await page.goto(`${site.product.url}/#/desk`)
  await page.getByLabel('Callbacks come to me').selectOption({ label: 'my phone rings at once' })
  await expect.poll(async () => (await site.myself()).callMode).toBe('progressive')
  const { id } = await site.dueCallback()
  await page.waitForURL(/#\/desk\/./, { timeout: 15_000 })
  const toWorker = await site.carrier.nextCall()
  await toWorker.answered
  await toWorker.hangUp()
  await expect.poll(async () => (await site.view(page.url().split('/').at(-1)!)).status, { timeout: 10_000 }).toBe('wrap-up')
  expect([await site.status(id), agent.problems]).toEqual([expect.stringMatching(/wrap-up|waiting/) as string, []])
})
