import { execFile } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'

const run = promisify(execFile)
const scripts = join(import.meta.dirname, '..', '..', 'scripts')

/** Stands for npm: installs what the lock file names as empty packages, Node as a link to this one, and notes each call. */
const NPM = `
const fs = require('node:fs'), path = require('node:path')
fs.appendFileSync(process.env.NPM_CALLS, JSON.stringify({ folder: path.basename(process.cwd()), args: process.argv.slice(2) }) + '\\n')
fs.rmSync('node_modules', { recursive: true, force: true })
if (process.env.NPM_FAILS) { console.error('npm error network'); process.exit(1) }
fs.mkdirSync('node_modules')
if (!process.env.NPM_GIVES_UP) fs.writeFileSync('node_modules/.package-lock.json', '{}')
const { packages } = JSON.parse(fs.readFileSync('package-lock.json', 'utf8'))
for (const [folder, entry] of Object.entries(packages)) {
  if (folder === '' || process.env.NPM_SKIPS === folder) continue
  fs.mkdirSync(path.join(folder, 'bin'), { recursive: true })
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ version: entry.version }))
  if (folder.includes('node-linux')) fs.symlinkSync(process.execPath, path.join(folder, 'bin', 'node'))
}
`

let clone: string
beforeEach(async () => {
  clone = await mkdtemp(join(tmpdir(), 'ringback-clone-'))
  await mkdir(join(clone, 'scripts'))
  for (const part of ['launch.js', 'launch', 'node-runtime/package.json', 'node-runtime/package-lock.json']) {
    await cp(join(scripts, part), join(clone, 'scripts', part), { recursive: true })
  }
  await writeFile(join(clone, 'package.json'), '{ "name": "clone", "type": "module" }')
  await lock({ 'node_modules/a': { version: '1.0.0' } })
  await writeFile(
    join(clone, 'scripts', 'check.ts'),
    'console.log(JSON.stringify(process.argv.slice(2)))\nif (process.argv[2] === "fail") process.exitCode = 7\n',
  )
  await mkdir(join(clone, 'npm'))
  await writeFile(join(clone, 'npm', 'npm-cli.js'), NPM)
  await writeFile(join(clone, 'npm', 'package.json'), '{ "type": "commonjs" }')
  chmodSync(join(clone, 'npm', 'npm-cli.js'), 0o755)
  await writeFile(join(clone, 'calls'), '')
})
afterEach(() => rm(clone, { recursive: true, force: true }))

const lock = (packages: Record<string, object>) =>
  writeFile(join(clone, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...packages } }))

async function launch(args: string[] = [], extra: NodeJS.ProcessEnv = {}) {
  const env = { PATH: process.env.PATH, npm_execpath: join(clone, 'npm', 'npm-cli.js'), NPM_CALLS: join(clone, 'calls'), ...extra }
  const result = run(process.execPath, [join(clone, 'scripts', 'launch.js'), 'check', ...args], { env, cwd: tmpdir() })
  return result.catch((error: { code: number; stdout: string; stderr: string }) => error)
}

/** Folders npm was run in since the last look. */
async function npmCalls(): Promise<string[]> {
  const lines = (await readFile(join(clone, 'calls'), 'utf8')).split('\n').filter(Boolean)
  await writeFile(join(clone, 'calls'), '')
  return lines.map((line) => (JSON.parse(line) as { folder: string }).folder)
}

it('the first start installs Node and then the packages; the next installs nothing', async () => {
  const cold = await launch(['one', '--two'])
  expect(cold.stdout.trim()).toBe('["one","--two"]')
  expect(cold.stderr).toMatch(/npm packages: done in \d+ s/)
  expect(await npmCalls()).toEqual(['node-runtime', clone.split('/').at(-1)])

  const warm = await launch()
  expect(warm.stderr).toBe('')
  expect(await npmCalls()).toEqual([])
})

it('another lock file is installed, once', async () => {
  await launch()
  await npmCalls()
  await lock({ 'node_modules/a': { version: '1.0.1' } })
  await launch()
  await launch()
  expect(await npmCalls()).toHaveLength(1)
})

it('an install that failed says so in npm’s words and is done again', async () => {
  const failed = await launch([], { NPM_FAILS: 'yes' })
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toContain('npm error network')
  await npmCalls()
  expect((await launch()).stdout).toBe('[]\n')
  expect(await npmCalls()).toHaveLength(2)
})

it('a package for this machine that npm left out without a word is a failure', async () => {
  const binding = `node_modules/binding-${process.arch}`
  await lock({
    [binding]: { version: '1.0.0', optional: true, os: [process.platform], cpu: [process.arch] },
    'node_modules/other': { version: '1.0.0', optional: true, os: ['aix'] },
  })
  const failed = await launch([], { NPM_SKIPS: binding })
  expect(failed).toMatchObject({ code: 1 })
  expect(failed.stderr).toContain(`npm could not fetch ${binding}`)
  expect((await launch()).stdout).toBe('[]\n')
})

it('an npm that says it is done and is not gets a second chance, and then is not believed', async () => {
  const failed = await launch([], { NPM_SKIPS: 'node_modules/a' })
  expect(failed).toMatchObject({ code: 1, stdout: '' })
  expect(failed.stderr).toMatch(/trying once more[^]*npm could not fetch node_modules\/a: check the network/)
  expect(await npmCalls()).toHaveLength(3)
  expect(await launch([], { NPM_GIVES_UP: 'yes' })).toMatchObject({ code: 1 })
  expect((await launch()).stdout).toBe('[]\n')
})

it('the script’s exit code is the command’s', async () => {
  expect(await launch(['fail'])).toMatchObject({ code: 7 })
})
