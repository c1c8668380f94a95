import { ESLint } from 'eslint'
import { expect, test } from 'vitest'

/** Text that is linted as if it stood at a path of the tree, and the one rule that must object. */
const examples: { rule: string; path: string; text: string }[] = [
  { rule: '@typescript-eslint/no-floating-promises', path: 'server/x.ts', text: 'async function save() {}\nsave()' },
  {
    rule: '@typescript-eslint/no-misused-promises',
    path: 'server/x.ts',
    text: 'export const f = async () => true\nif (f()) throw new Error()',
  },
  {
    rule: '@typescript-eslint/return-await',
    path: 'server/x.ts',
    text: 'export async function f(p: Promise<void>) {\n  try {\n    return p\n  } finally {\n    f.name.trim()\n  }\n}',
  },
  {
    rule: '@typescript-eslint/switch-exhaustiveness-check',
    path: 'server/x.ts',
    text: "export function f(kind: 'busy' | 'no-answer'): void {\n  switch (kind) {\n    case 'busy':\n      return\n  }\n}",
  },
  { rule: '@typescript-eslint/no-explicit-any', path: 'server/x.ts', text: 'export const f = (x: any): unknown => x' },
  {
    rule: '@typescript-eslint/consistent-type-imports',
    path: 'server/x.ts',
    text: "import { Stats } from 'node:fs'\nexport type X = Stats",
  },
  { rule: 'no-empty', path: 'server/x.ts', text: 'export function f() {\n  try {\n    f()\n  } catch {}\n}' },
  { rule: 'no-restricted-syntax', path: 'server/x.ts', text: 'export const now = Date.now()' },
  { rule: 'no-restricted-syntax', path: 'server/x.ts', text: 'export const now = new Date()' },
  { rule: 'no-restricted-syntax', path: 'server/x.ts', text: "export const port = process.env['RINGBACK_HTTP_PORT']" },
  { rule: 'no-restricted-syntax', path: 'server/x.ts', text: "import { env } from 'node:process'\nexport const home = env['HOME']" },
]

/** The same words where they belong. */
const fine: { path: string; text: string }[] = [
  { path: 'server/x.ts', text: 'export const parse = (text: string) => new Date(text)' },
  { path: 'server/config.ts', text: "export const port = process.env['RINGBACK_HTTP_PORT']" },
  { path: 'server/platform/time/x.ts', text: 'export const now = () => new Date()' },
  { path: 'scripts/x.ts', text: "export const now = () => [new Date(), process.env['HOME']]" },
  {
    path: 'server/x.ts',
    text: "export function f(kind: 'busy' | 'no-answer') {\n  switch (kind) {\n    case 'busy':\n      return 1\n    default:\n      return 2\n  }\n}",
  },
]

const eslint = new ESLint({
  overrideConfig: {
    languageOptions: {
      parserOptions: { projectService: { allowDefaultProject: ['server/x.ts', 'server/platform/time/x.ts', 'scripts/x.ts'] } },
    },
  },
})

test.each(examples)('%#: $rule objects in $path', async ({ rule, path, text }) => {
  expect(await rulesBroken(path, text)).toEqual([rule])
})

test.each(fine)('%#: nothing objects in $path', async ({ path, text }) => {
  expect(await rulesBroken(path, text)).toEqual([])
})

async function rulesBroken(path: string, text: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${text}\n`, { filePath: path })
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message)
}
