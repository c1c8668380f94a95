import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tierNames } from '../../vitest.config.ts'

test('every test file lies in the folder of a tier, so that it runs', () => {
  const homeless = globSync('test/**/*.test.ts').filter((path) => !tierNames.includes(path.split('/')[1] ?? ''))
  expect(homeless).toEqual([])
})

test('every test file is named *.test.ts', () => {
  expect(globSync('test/**/*.{spec,test}.{js,mjs,tsx}').concat(globSync('test/**/*.spec.ts'))).toEqual([])
})

test('no test file lies beside the code', () => {
  expect(globSync('{server,scripts,web,asterisk-config}/**/*.{test,spec}.*', { exclude: ['web/dist/**'] })).toEqual([])
})
