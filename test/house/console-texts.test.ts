import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { describe, expect, test } from 'vitest'
import { messages } from '../../server/domains/alerts/message-rules.ts'
import { why } from '../../server/domains/callbacks/why-rules.ts'

const source = join(import.meta.dirname, '..', '..', 'web', 'src')
const catalogues = globSync('*.json', { cwd: join(source, 'text') }).map((file) => ({
  language: file.replace('.json', ''),
  texts: JSON.parse(readFileSync(join(source, 'text', file), 'utf8')) as Record<string, string>,
}))
const english = catalogues.find(({ language }) => language === 'en')!.texts
const code = globSync('**/*.{ts,svelte}', { cwd: source })
  .map((file) => readFileSync(join(source, file), 'utf8'))
  .join('\n')

/** Names a text asks to be filled in with, once each. */
function valuesOf(text: string, language: string): string[] {
  const names = new Set<string>()
  const visit = (parts: ReturnType<IntlMessageFormat['getAst']>): void => {
    for (const part of parts) {
      // 0 is plain text and 7 the `#` of a plural; all others carry a name.
      if (part.type !== 0 && part.type !== 7) names.add(part.value)
      if ('options' in part) for (const option of Object.values(part.options)) visit(option.value)
    }
  }
  visit(new IntlMessageFormat(text, language).getAst())
  return [...names].toSorted()
}

describe.each(catalogues)('the console in $language', ({ language, texts }) => {
  test('says everything that it says in English', () => {
    expect(Object.keys(texts)).toEqual(Object.keys(english))
  })

  test('leaves nothing empty, and asks for the same values as in English', () => {
    expect(Object.entries(texts).filter(([, text]) => !text.trim())).toEqual([])
    for (const [key, text] of Object.entries(texts)) expect([key, valuesOf(text, language)]).toEqual([key, valuesOf(english[key]!, 'en')])
  })
})

test('every text is used, and every text asked for exists', () => {
  const literal = [...code.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key]) => key!)
  const composed = [...code.matchAll(/`([a-zA-Z.]+\.)\$\{[^}]*\}`/g)].map(([, prefix]) => prefix!)
  expect(literal.length).toBeGreaterThan(100)
  expect(literal.filter((key) => !(key in english))).toEqual([])

  const isUsed = (key: string) => code.includes(`'${key}'`) || composed.some((prefix) => key.startsWith(prefix))
  expect(Object.keys(english).filter((key) => !isUsed(key))).toEqual([])
})

test('every sentence that the service makes can be said by the console, with the same values', () => {
  const templates = { ...why.templates, ...messages.templates }
  const missing = Object.keys(templates).filter((code) => !(`said.${code}` in english))
  expect(missing).toEqual([])
  for (const [code, template] of Object.entries(templates)) {
    const names = [...new Set([...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].toSorted()
    expect([code, valuesOf(english[`said.${code}`]!, 'en')]).toEqual([code, names])
  }
})

/** What no screen can bring about: programs that speak to the service meet it. */
const SAID_TO_PROGRAMS = [
  'This page is not ours.',
  'The signature does not fit the body, or its time is not within five minutes of ours.',
  'The number written to is none of ours.',
  'This questionnaire version does not exist.',
  'This questionnaire cannot be published. {}',
  'Say in `text` which sentence was read.',
  'A case is opened from a callback or from a message.',
  'There is no call {}.',
  'The number called is not one of ours.',
  'There is no attempt {}.',
]

describe('what the service says when it refuses', () => {
  const root = join(import.meta.dirname, '..', '..')
  const known = JSON.parse(readFileSync(join(source, 'text', 'refusals', 'ar.json'), 'utf8')) as Record<string, string>
  const bare = (sentence: string) => sentence.replaceAll(/\{\w+\}/g, '{}')
  const filledIn = (code: string) => code.replaceAll(/\$\{[^}]*\}/g, '{}')
  const service = globSync(['server/**/*.ts', 'web/src/**/*.ts'], { cwd: root }).map((file) =>
    filledIn(readFileSync(join(root, file), 'utf8')),
  )
  const inCode = service.join('\n').replaceAll("\\'", "'")

  test('is said in Arabic with the same values, and no sentence is left over that nobody says', () => {
    expect(Object.keys(known).filter((english) => !inCode.includes(bare(english)))).toEqual([])
    for (const [english, arabic] of Object.entries(known)) {
      const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).toSorted()
      // "is not as described" names a part of HTTP, which nobody at a screen has to know.
      if (!english.startsWith('The {part}')) expect([english, values(arabic)]).toEqual([english, values(english)])
    }
  })

  test('every refusal thrown with its sentence beside its code has its Arabic', () => {
    const thrown =
      /(?:super|new (?:NotFound|Refused|Unprocessable|Forbidden|TooManyTries|Unavailable))\(\s*'[a-z0-9-]+',\s*(?:'([^'\n]+)'|`([^`\n]+)`)/g
    const sentences = globSync('server/{domains,platform/http}/**/*.ts', { cwd: root }).flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(thrown)].map(([, plain, filled]) => filledIn(plain ?? filled!)),
    )
    const settled = new Set([...Object.keys(known).map(bare), ...SAID_TO_PROGRAMS])
    expect(sentences.length).toBeGreaterThan(70)
    expect(sentences.filter((sentence) => !settled.has(sentence))).toEqual([])
  })
})
