import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { beforeAll, afterAll, expect, test } from 'vitest'
import { BadKeyFile } from '../../server/platform/crypto/errors.ts'
import { createKeyFile, deriveKey, loadKeyRing, readKeyFile } from '../../server/platform/crypto/key-files.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'ringback-keys-'))))
afterAll(() => rm(folder, { recursive: true }))
const file = (name: string) => path.join(folder, name)

test('a new key file is its owner’s alone and is never replaced', async () => {
  await createKeyFile(file('new'))
  expect((await stat(file('new'))).mode & 0o777).toBe(0o600)
  expect(await readKeyFile(file('new'))).toHaveLength(32)
  await expect(createKeyFile(file('new'))).rejects.toMatchObject({ code: 'EEXIST' })
})

test('a file that holds no key is refused without saying what it holds', async () => {
  for (const text of ['', 'hunter2', 'ab'.repeat(31), 'ab'.repeat(33), 'zz'.repeat(32)]) {
    await writeFile(file('bad'), text)
    const error = await readKeyFile(file('bad')).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(BadKeyFile)
    if (text) expect((error as Error).message).not.toContain(text)
  }
  await expect(readKeyFile(file('absent'))).rejects.toThrow(BadKeyFile)
})

test('the ring names its master keys by an id that does not tell them', async () => {
  await Promise.all(['a', 'b', 'c'].map((name) => createKeyFile(file(name))))
  const ring = await loadKeyRing({ masterKeyFile: file('a'), previousMasterKeyFile: file('b'), blindIndexKeyFile: file('c') })
  expect(ring.master.id).toMatch(/^[0-9a-f]{16}$/)
  expect(ring.master.id).not.toBe(ring.previous?.id)
  expect(await readFile(file('a'), 'utf8')).not.toContain(ring.master.id)
})

test('one file for both keys is refused', async () => {
  await createKeyFile(file('same'))
  await expect(loadKeyRing({ masterKeyFile: file('same'), blindIndexKeyFile: file('same') })).rejects.toThrow(BadKeyFile)
})

test('keys derived for two purposes differ from each other and from their source', () => {
  const key = Buffer.alloc(32, 7)
  expect(deriveKey(key, 'one')).toEqual(deriveKey(key, 'one'))
  expect(deriveKey(key, 'one')).not.toEqual(deriveKey(key, 'two'))
  expect(deriveKey(key, 'one')).not.toEqual(key)
})
