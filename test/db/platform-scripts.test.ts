import { execFile, type ExecFileException } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHeadFile } from '../../server/domains/activity-log/head-file.ts'
import { chainMac, sealWaiting } from '../../server/domains/activity-log/sealer.ts'
import { currentIntakeKey, openKeyPair } from '../../server/domains/audits/intake-keys.ts'
import { isPassword } from '../../server/domains/users/passwords.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { createKeyFile, loadKeyRing } from '../../server/platform/crypto/key-files.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { createTestDatabase, type TestDatabase } from '../helpers/postgres.ts'

let database: TestDatabase
let folder: string
const keyFile = (name: string) => path.join(folder, 'keys', name)
const cipherNow = async () =>
  new FieldCipher(await loadKeyRing({ masterKeyFile: keyFile('master'), blindIndexKeyFile: keyFile('blind-index') }))

beforeEach(async () => {
  database = await createTestDatabase()
  folder = await mkdtemp(path.join(tmpdir(), 'ringback-scripts-test-'))
  await mkdir(path.join(folder, 'keys'))
  for (const name of ['master', 'blind-index', 'journal']) await createKeyFile(keyFile(name))
})
afterEach(async () => {
  await database.drop()
  await rm(folder, { recursive: true })
})

type Ran = { code: number; output: string }
function run(
  script: string,
  { args = [], input = '', env = {} }: { args?: string[]; input?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const file = fileURLToPath(new URL(`../../scripts/${script}`, import.meta.url))
  return new Promise((resolve) => {
    const settings = { ...process.env, DATABASE_URL: database.databaseUrl, RINGBACK_DATA: folder, ...env }
    const child = execFile(
      process.execPath,
      [file, ...args],
      { env: settings, timeout: 15_000 },
      (error: ExecFileException | null, stdout, stderr) => resolve({ code: error ? Number(error.code ?? -1) : 0, output: stdout + stderr }),
    )
    child.stdin?.end(input)
  })
}

test('create-admin makes an administrator with the password given on stdin', async () => {
  const { code } = await run('create-admin.ts', { args: ['First@example.org', 'Administrator 1'], input: 'a long enough password\n' })
  expect(code).toBe(0)
  const user = await database.db.selectFrom('appUser').select(['email', 'role', 'displayName', 'passwordHash']).executeTakeFirstOrThrow()
  expect(user).toMatchObject({ email: 'first@example.org', role: 'administrator', displayName: 'Administrator 1' })
  expect(await isPassword('a long enough password', user.passwordHash)).toBe(true)
})

test('create-admin refuses an easy password and makes nobody', async () => {
  const { code } = await run('create-admin.ts', { args: ['first@example.org', 'Administrator 1'], input: 'aaaaaaaaaaaaaa\n' })
  expect(code).not.toBe(0)
  expect(await database.db.selectFrom('appUser').select('id').execute()).toEqual([])
})

test('rotate-master-key moves every key; afterwards the new master key alone opens everything', async () => {
  const cipher = await cipherNow()
  const keyId = await inTransaction(database.db, (tx) => cipher.newKey(tx, 'worker'))
  const sealed = await cipher.seal(database.db, keyId, 'worker:alias_sealed:1', 'kept')
  await rename(keyFile('master'), keyFile('old-master'))
  await createKeyFile(keyFile('master'))
  const { code, output } = await run('rotate-master-key.ts', { env: { RINGBACK_PREVIOUS_MASTER_KEY_FILE: keyFile('old-master') } })
  expect([code, output]).toEqual([0, expect.stringContaining('done: 1 keys moved')])
  expect(await (await cipherNow()).openText(database.db, keyId, 'worker:alias_sealed:1', sealed)).toBe('kept')
})

test('rotate-intake-key gives phones a new key, and the earlier one still opens', async () => {
  const keys = { db: database.db, cipher: await cipherNow() }
  const old = await currentIntakeKey(keys)
  const { code, output } = await run('rotate-intake-key.ts')
  const now = await currentIntakeKey(keys)
  expect([code, output]).toEqual([0, expect.stringContaining(now.id)])
  expect(now.id).not.toBe(old.id)
  expect((await openKeyPair(keys.cipher, database.db, old.id))?.publicKey.equals(old.publicKey)).toBe(true)
})

test('verify-activity-log says whole, and says what is wrong', async () => {
  await run('create-admin.ts', { args: ['first@example.org', 'Administrator 1'], input: 'a long enough password\n' })
  const head = await sealWaiting(database.db, chainMac(await cipherNow()))
  await createHeadFile(path.join(folder, 'activity-heads')).write(head!, new Date('2026-12-01T00:00:00Z'))
  expect(await run('verify-activity-log.ts')).toEqual({ code: 0, output: 'whole: 1 rows, 2 ends noted outside\n' })
  await inTransaction(database.db, async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx)
    await sql`update activity set detail = '{}'`.execute(tx)
  })
  expect(await run('verify-activity-log.ts')).toEqual({ code: 1, output: 'not whole: {"kind":"changed","position":1}\n' })
})
