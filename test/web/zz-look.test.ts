import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import { speak } from '../helpers/audio/index.ts'
import { createPhone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { signIn } from '../helpers/api.ts'
import { launchBrowser, openConsole } from './browser.ts'
let product: TestProduct
let browser: Browser
beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  product = await startTestProduct({ arrange: async (db) => void (await db.updateTable('country').set({ queueLimitSeconds: 0 }).execute()) })
  browser = await launchBrowser()
}, 240_000)
afterAll(async () => { await browser?.close(); await product?.stop() })
test('look', { timeout: 240_000 }, async () => {
  const vn = product.demo.countries.find(({ id }) => id === 'VN')!
  const carrier = await createPhone({ address: vn.carrier.host, port: vn.carrier.port })
  const did = vn.cardDid.replace('+', '')
  const leave = async (from: string) => {
    const call = carrier.call(`sip:${did}@${product.demo.sip.host}:${product.asterisk.sipPort}`, { from })
    await call.answered
    await call.waitForSilence(1500)
    await call.play(await speak('Chúng tôi phải làm việc cả chủ nhật mà không được trả thêm tiền.', 'vi'))
    await call.hangUp()
  }
  const empty = await openConsole(browser, product, product.demo.users.find(({ role }) => role === 'supervisor')!.email)
  await empty.page.goto(`${product.url}/#/voicemails`)
  await empty.page.waitForTimeout(1500)
  await empty.page.screenshot({ path: '/tmp/t2-work/inbox-empty.png' })
  await Promise.all([leave('anonymous'), leave(workerNumber(vn, 'vi', 31)), leave(workerNumber(vn, 'vi', 32))])
  const supervisor = await signIn(product, 'supervisor')
  let items: { id: string; callbackId: string | null }[] = []
  for (let i = 0; i < 40 && items.length < 3; i++) {
    await new Promise((r) => setTimeout(r, 500))
    items = (await supervisor.get<{ items: typeof items }>('/api/voicemails')).items
  }
  const agent = await signIn(product, { email: 'agent-vn-vi@demo.localhost' })
  const made = await agent.send<{ id: string }>('POST', '/api/cases', { voicemailId: items.find((one) => !one.callbackId)!.id, category: 'wages-and-benefits', severity: 'high', workerWish: 'anonymous', summary: 'Sunday work is not paid.' })
  await empty.page.reload()
  await empty.page.waitForTimeout(1000)
  await empty.page.locator('li button').first().click()
  await empty.page.waitForTimeout(1500)
  await empty.page.screenshot({ path: '/tmp/t2-work/inbox-full.png' })
  await empty.page.locator('select').nth(3).selectOption('without')
  await empty.page.waitForTimeout(800)
  console.log(empty.page.url())
  await empty.page.screenshot({ path: '/tmp/t2-work/inbox-without.png' })
  await empty.page.locator('select').nth(0).selectOption('TR')
  await empty.page.waitForTimeout(800)
  await empty.page.screenshot({ path: '/tmp/t2-work/inbox-none.png' })
  const phone = await openConsole(browser, product, 'agent-vn-vi@demo.localhost', { width: 390, height: 844, language: 'ar' })
  await phone.page.goto(`${product.url}/#/voicemails`)
  await phone.page.waitForTimeout(1500)
  await phone.page.locator('li button').first().click()
  await phone.page.waitForTimeout(1000)
  await phone.page.screenshot({ path: '/tmp/t2-work/inbox-phone-ar.png', fullPage: true })
  const handler = await openConsole(browser, product, product.demo.users.find(({ role }) => role === 'case-handler')!.email)
  await handler.page.goto(`${product.url}/#/cases/${made.id}`)
  await handler.page.waitForTimeout(1500)
  await handler.page.screenshot({ path: '/tmp/t2-work/case-empty.png', fullPage: true })
  await handler.page.locator('textarea').last().fill('Chúng tôi đã nói chuyện với nhà máy.')
  await handler.page.getByText('Make a draft').click()
  await handler.page.waitForTimeout(2500)
  await handler.page.getByText('Let the worker hear it').click()
  await handler.page.waitForTimeout(1000)
  await handler.page.screenshot({ path: '/tmp/t2-work/case-status.png', fullPage: true })
  await handler.page.locator('input[type=file]').setInputFiles(await speak('Tuần sau sẽ có người đến.', 'vi'))
  await handler.page.waitForTimeout(3000)
  await handler.page.setViewportSize({ width: 390, height: 844 })
  await handler.page.screenshot({ path: '/tmp/t2-work/case-phone.png', fullPage: true })
  console.log(JSON.stringify([empty.problems, phone.problems, handler.problems]))
  await carrier.close()
})
