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
