/** Which language a text is written in, as far as its letters tell. */

/** The script of each language we can meet; what is not here is taken for Latin. */
const SCRIPTS: Record<string, string> = {
  ...{ bn: 'Bengali', as: 'Bengali', hi: 'Devanagari', ne: 'Devanagari', mr: 'Devanagari', ta: 'Tamil', te: 'Telugu', kn: 'Kannada' },
  ...{ ml: 'Malayalam', gu: 'Gujarati', pa: 'Gurmukhi', or: 'Oriya', si: 'Sinhala', my: 'Myanmar', km: 'Khmer', lo: 'Lao', th: 'Thai' },
  ...{ ar: 'Arabic', ur: 'Arabic', fa: 'Arabic', ps: 'Arabic', ku: 'Arabic', he: 'Hebrew', zh: 'Han', yue: 'Han', ja: 'Hiragana' },
  ...{ ko: 'Hangul', am: 'Ethiopic', ti: 'Ethiopic', ru: 'Cyrillic', uk: 'Cyrillic', ka: 'Georgian', hy: 'Armenian', el: 'Greek' },
}
const scriptOf = (languageCode: string) => SCRIPTS[languageCode] ?? 'Latin'
const NAMES = [...new Set([...Object.values(SCRIPTS), 'Latin'])]
const PATTERNS = NAMES.map((name) => ({ name, letters: new RegExp(`\\p{Script=${name}}`, 'gu') }))

/** Letters that one language of Latin script writes and its neighbours here do not. */
const TELLING: Record<string, RegExp> = {
  vi: /[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/iu,
  tr: /[ğışİ]/u,
}

/**
 * The language of a text among those its country serves: by its script, where that is plain; among several of one script by
 * the worker's last choice, then by letters only one of them writes; else the worker's last, else the country's first.
 * @param known the worker's last language, if any
 */
export function languageOfText(
  text: string,
  { languageCodes, known }: { languageCodes: readonly string[]; known?: string | undefined },
): string {
  const usual = known !== undefined && languageCodes.includes(known) ? known : languageCodes[0]!
  const script = mainScript(text.normalize('NFC'))
  const candidates = languageCodes.filter((code) => scriptOf(code) === script)
  if (candidates.length <= 1) return candidates[0] ?? usual
  const telling = candidates.find((code) => TELLING[code]?.test(text.normalize('NFC')))
  return telling ?? (candidates.includes(usual) ? usual : candidates[0]!)
}

/** Latin words and numbers are strewn into texts of every script: Latin counts as the main one only when it is four times as much. */
function mainScript(text: string): string | undefined {
  const counts = PATTERNS.map(({ name, letters }) => ({ name, weight: (text.match(letters)?.length ?? 0) * (name === 'Latin' ? 1 : 4) }))
  const most = counts.reduce((best, each) => (each.weight > best.weight ? each : best))
  return most.weight ? most.name : undefined
}
