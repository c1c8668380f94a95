import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Colours and directions do not meddle with each other, so that two looks show all four. */
const LOOKS = [
  { language: 'en', colorScheme: 'light' },
  { language: 'ar', colorScheme: 'dark' },
] as const

/** The phone last: what is narrow there is what axe looks at. */
const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

/** A folder to write a picture of each screen into, in every look and width. */
const pictures = process.env['RINGBACK_LOOK']

/** What cannot be seen for want of width: beyond the screen, or cut off inside a panel. In the browser's own words: tests know no DOM. */
const TOO_WIDE = `(() => {
  const { documentElement: page } = document
  const beyond = page.scrollWidth - page.clientWidth
  const isCut = (element) =>
    !element.closest('.visually-hidden, .stacks thead') && element.scrollWidth > element.clientWidth + 1 && ['clip', 'hidden'].includes(getComputedStyle(element).overflowX)
  return [
    ...(beyond > 0 ? [beyond + ' pixels wider than the screen'] : []),
    ...[...document.querySelectorAll('body *')].filter(isCut).map((element) => 'cut off: ' + element.tagName + ' ' + element.textContent.slice(0, 60)),
  ]
})()`

/** What axe objects to on the page as it is, one line each. */
export async function objections(page: Page): Promise<string[]> {
  // Once a document: changing the screen keeps it.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source)
  return page.evaluate<string[]>(`axe
    .run(document, { resultTypes: ['violations'] })
    .then(({ violations }) =>
      violations.flatMap(({ id, impact, nodes }) => nodes.map(({ target, html }) => impact + ' ' + id + ': ' + target + ' ' + html.slice(0, 120))))`)
}

/** For people to look at, when they have asked for it. */
export async function picture(page: Page, name: string): Promise<void> {
  if (pictures) await page.screenshot({ path: `${pictures}/${name.replaceAll(/[^\w.-]+/g, '-')}.png`, fullPage: true })
}

/**
 * What stands in the way of a reader of the screen that is open, in either language and direction, light and dark, on a
 * desktop and on a phone. The page is not loaded anew, as whoever changes the language keeps the screen; it is given back as
 * it was.
 * @param name of the screen, for the lines it gives and the names of its pictures
 */
export async function faultsInEveryLook(page: Page, name: string): Promise<string[]> {
  const found: string[] = []
  await page.locator('main .loading').first().waitFor({ state: 'detached' })
  const before = { size: page.viewportSize() ?? DESKTOP, language: await languageOf(page) }
  for (const { language, colorScheme } of LOOKS) {
    // Colours that are still fading would be measured half-way.
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await chooseLanguage(page, language)
    for (const size of [DESKTOP, PHONE]) {
      await page.setViewportSize(size)
      const where = `${name} ${language} ${colorScheme} ${size.width}`
      found.push(...(await page.evaluate<string[]>(TOO_WIDE)).map((what) => `${where}: ${what}`))
      await picture(page, where)
    }
    found.push(...(await objections(page)).map((objection) => `${name} ${language} ${colorScheme}: ${objection}`))
  }
  await chooseLanguage(page, before.language)
  await page.setViewportSize(before.size)
  return found
}

const languageOf = async (page: Page) => (await page.locator('html').getAttribute('lang')) ?? ''

async function chooseLanguage(page: Page, language: string): Promise<void> {
  if ((await languageOf(page)) === language) return
  await page.locator('header .me summary').click()
  await page.locator(`header button[lang=${language}]`).click()
  await page.locator('header .me summary').click()
  await page.locator(`html[lang=${language}]`).waitFor()
}
