import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../scripts/lib/console-build.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'
import { launchBrowser, openConsole } from './browser.ts'
import { picture } from './reading.ts'

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

test.each(['answer', 'ring-and-hang-up'])(
  'in every country and language that answers by %s the words fit on the card, in print too',
  async (mode) => {
    await product.db.updateTable('country').set({ answeringMode: mode }).execute()
    const { page, context } = await openConsole(browser, product, 'supervisor@demo.localhost')
    const seen = new Set<string>()
    const visits = await product.db.selectFrom('audit').select('id').where('status', '=', 'open').execute()
    for (const { id } of visits) {
      await page.goto(`${product.url}/#/audits/${id}/cards`)
      await page.reload()
      const preview = page.locator('.preview .card')
      await preview.waitFor()
      const choice = page.locator('main select').first()
      const codes = await choice
        .locator('option')
        .evaluateAll((options) => options.map((option) => (option as unknown as { value: string }).value))
      for (const code of codes) {
        await choice.selectOption(code)
        const face = page.locator(`.preview .card[lang="${code}"]`)
        const cut = (card: unknown) => {
          const { scrollHeight, clientHeight, scrollWidth, clientWidth } = card as Record<string, number>
          return [scrollHeight! - clientHeight!, scrollWidth! - clientWidth!]
        }
        await face.waitFor()
        await expect.poll(() => face.evaluate(cut), { message: code }).toEqual([0, 0])
        await page.emulateMedia({ media: 'print' })
        expect([code, await page.locator('.sheet .card').first().evaluate(cut)]).toEqual([code, [0, 0]])
        await page.emulateMedia({ media: 'screen' })
        await picture(page, `card-${mode}-${code}`)
        seen.add(code)
      }
    }
    expect([...seen]).toEqual(expect.arrayContaining(['bn', 'vi', 'zh', 'hi', 'ta', 'tr', 'ar']))
    await context.close()
  },
  120_000,
)
