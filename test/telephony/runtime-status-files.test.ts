/** Messages to workers as files, where several services share a data folder. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createStatusFiles } from '../../server/telephony/runtime/status-files.ts'
import { wavOf } from './runtime-kit.ts'

let folder: string
beforeEach(async () => void (folder = join(await mkdtemp(join(tmpdir(), 'ringback-status-')), 'status-spool')))
afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }))

const filesOf = (instance: string) => createStatusFiles({ folder, instance, log: { warn: () => {} } })
const left = async () => (await readdir(join(folder, '..'), { recursive: true })).filter((name) => name.endsWith('.wav'))

test('a service that starts takes away what it left itself, and nothing that another plays', async () => {
  const [one, two] = [filesOf('1'), filesOf('2')]
  const [ownPath, otherPath] = [await one.put(wavOf(1)), await two.put(wavOf(1))]
  await filesOf('1').clear()
  expect(await left()).toEqual([`status-spool/2/${otherPath.slice(-32)}.wav`])
  expect(ownPath).not.toBe(otherPath)
  await filesOf('2').clear()
  expect(await readdir(join(folder, '..'))).toEqual([])
})

test('what an earlier version left beside the folders is taken away, and a folder that is not there is clear', async () => {
  await filesOf('1').clear()
  await mkdir(folder)
  await writeFile(join(folder, 'left.wav'), wavOf(1))
  await filesOf('1').clear()
  expect(await readdir(join(folder, '..'))).toEqual([])
})
