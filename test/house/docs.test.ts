import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

const pages = ['README.md', 'CONTRIBUTING.md', 'asterisk-config/README.md', ...globSync('docs/**/*.md')]

test.each(pages)('%s: every link leads somewhere', (page) => {
  const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target.split('#')[0] ?? '')
  const local = targets.filter((target) => target && !/^[a-z]+:/.test(target))
  expect(local.filter((target) => !existsSync(join(dirname(page), target)))).toEqual([])
})

test.each(pages)('%s: every file it names is there', (page) => {
  const names = [...read(page).matchAll(/`((?:server|web|scripts|test|sql|docs|asterisk-config|vendor)\/[\w./-]+\.[a-z]{2,5})`/g)]
  expect(names.map(([, name = '']) => name).filter((name) => !existsSync(name))).toEqual([])
})

function read(page: string): string {
  return readFileSync(page, 'utf8')
}
