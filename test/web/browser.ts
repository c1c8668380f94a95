import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import type { TestProduct } from '../helpers/product.ts'

/** Chromium without its own network habits: nothing but what the page asks for. */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      ...more,
    ],
  })
}

export type SignedInPage = { page: Page; context: BrowserContext; requested: string[]; problems: string[] }

/**
 * Signs a demo user in by the console's own form.
 * @returns the page, every address it asked for, and what it complained of (errors on the page)
 */
export async function openConsole(
  browser: Browser,
  { url, demo }: Pick<TestProduct, 'url' | 'demo'>,
  email: string,
  { width = 1440, height = 900, language = 'en' } = {},
): Promise<SignedInPage> {
  const user = demo.users.find((one) => one.email === email)
  if (!user) throw new Error(`no demo user ${email}`)
  const context = await browser.newContext({ viewport: { width, height } })
  const page = await context.newPage()
  const requested: string[] = []
  const problems: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  page.on('pageerror', (error) => problems.push(error.message))
  await page.addInitScript((code) => localStorage.setItem('ringback.language', code), language)
  await page.goto(url)
  await page.locator('input[type=email]').fill(user.email)
  await page.locator('input[type=password]').fill(user.password)
  await page.locator('button[type=submit]').click()
  await page.locator('nav').waitFor()
  return { page, context, requested, problems }
}
