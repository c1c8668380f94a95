import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { launchBrowser, openConsole } from './browser.ts'

let product: TestProduct
let browser: Browser

beforeAll(async () => {
  await buildConsole(join(import.meta.dirname, '..', '..'))
  product = await startTestProduct()
  browser = await launchBrowser()
}, 240_000)
afterAll(async () => {
  await browser?.close()
  await product?.stop()
})

test('an auditor prints ten cards on one sheet and records how many were handed out', async () => {
  const { page, context, problems } = await openConsole(browser, product, 'auditor@demo.localhost')
  await page.goto(`${product.url}/#/audits`)
  await page.locator('main a[href^="#/audits/"]').first().click()
  await page.locator('main a[href$="/cards"]').click()
  const preview = page.locator('.preview .card')
  await preview.waitFor()

  // In every language the words fit on the card: nothing is cut off.
  const choice = page.locator('main select').first()
  const codes = await choice
    .locator('option')
    .evaluateAll((options) => options.map((option) => (option as unknown as { value: string }).value))
  for (const code of codes) {
    await choice.selectOption(code)
    await page.locator(`.preview .card[lang="${code}"]`).waitFor()
    const cut = await preview.evaluate((card) => {
      const { scrollHeight, clientHeight, scrollWidth, clientWidth } = card as unknown as Record<string, number>
      return { down: scrollHeight! - clientHeight!, across: scrollWidth! - clientWidth! }
    })
    expect({ code, ...cut }).toEqual({ code, down: 0, across: 0 })
  }

  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.sheet .card:visible').count()).toBe(10)
  expect(await page.locator('nav').isVisible()).toBe(false)
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1')
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)).toHaveLength(1)
  await page.emulateMedia({ media: 'screen' })

  await page.locator('input[type=number]').fill('30')
  await page.getByRole('button', { name: 'Record as handed out' }).click()
  await page.getByText('30 cards').waitFor()
  await page.getByRole('button', { name: 'Take back' }).click()
  await page.getByRole('button', { name: 'Really take back' }).click()
  await page.getByText('No cards recorded yet.').waitFor()
  expect(problems).toEqual([])
  await context.close()
}, 120_000)
