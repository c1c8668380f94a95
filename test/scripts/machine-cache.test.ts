import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { cachedFolder } from '../../scripts/lib/machine-cache.ts'
import { takeFileLock } from '../../scripts/lib/file-lock.ts'

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'ringback-cache-'))
  vi.stubEnv('RINGBACK_CACHE', cache)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

it('two that want the same folder at once build it once', async () => {
  const build = vi.fn(async (folder: string) => writeFile(join(folder, 'whole'), 'yes'))
  const folders = await Promise.all([cachedFolder('thing', build), cachedFolder('thing', build)])
  expect(folders).toEqual([join(cache, 'thing'), join(cache, 'thing')])
  expect(build).toHaveBeenCalledTimes(1)
})

it('a build that fails leaves nothing, and the next one starts from empty', async () => {
  const failing = async (folder: string) => {
    await writeFile(join(folder, 'half'), 'x')
    throw new Error('no room')
  }
  await expect(cachedFolder('thing', failing)).rejects.toThrow('no room')
  expect((await readdir(cache)).filter((name) => !name.endsWith('.lock'))).toEqual([])
  let found: string[] = ['not built']
  await cachedFolder('thing', async (folder) => void (found = await readdir(folder)))
  expect(found).toEqual([])
})

it('a lock held elsewhere is not given twice, and is free after its release', async () => {
  const path = join(cache, 'a.lock')
  const first = await takeFileLock(path, 0)
  expect(await takeFileLock(path, 0)).toBeUndefined()
  await first?.release()
  const second = await takeFileLock(path, 0)
  expect(second).toBeDefined()
  await second?.release()
})
