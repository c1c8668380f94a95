import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSecrets } from '../../scripts/start/secrets.ts'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'ringback-secrets-')), 'secrets')
})
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

it('secrets are made once, each in a file that only its owner reads', async () => {
  const first = await openSecrets(folder, false)
  const password = await first.password('supervisor')
  const second = await openSecrets(folder, true)

  expect(await second.password('supervisor')).toBe(password)
  expect(second.ariPassword).toBe(first.ariPassword)
  expect(second.journalKey).toBe(first.journalKey)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  for (const name of await readdir(folder)) expect([name, (await stat(join(folder, name))).mode & 0o777]).toEqual([name, 0o600])
})

it('each has the form its reader wants', async () => {
  const secrets = await openSecrets(folder, false)
  const read = async (path: string) => (await readFile(path, 'utf8')).trim()
  expect(await read(secrets.masterKeyFile)).toMatch(/^[0-9a-f]{64}$/)
  expect(await read(secrets.blindIndexKeyFile)).toMatch(/^[0-9a-f]{64}$/)
  expect(await read(secrets.blindIndexKeyFile)).not.toBe(await read(secrets.masterKeyFile))
  expect(secrets.journalKey).toMatch(/^[A-Za-z0-9]{16}$/)
  expect(secrets.ariPassword).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(await secrets.password('agent-bd-1')).toMatch(/^[A-Za-z0-9]{24}$/)
  await expect(secrets.password('../../etc/passwd')).rejects.toThrow('not a name')
})

it('a lost key is not replaced while data sealed with it exist', async () => {
  const { masterKeyFile } = await openSecrets(folder, false)
  await rm(masterKeyFile)
  await expect(openSecrets(folder, true)).rejects.toThrow(`${masterKeyFile} is gone`)
  expect(await readdir(folder)).not.toContain('master-key')
})

it('two starts at once agree on every secret', async () => {
  const [one, other] = await Promise.all([openSecrets(folder, false), openSecrets(folder, false)])
  expect(one.ariPassword).toBe(other.ariPassword)
  expect(one.journalKey).toBe(other.journalKey)
  expect((await readdir(folder)).sort()).toEqual(['ari-password', 'blind-index-key', 'journal-key', 'master-key'])
})
