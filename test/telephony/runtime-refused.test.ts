import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRefused, reasonOf } from '../../server/telephony/runtime/refused.ts'
import type { Write } from '../../server/telephony/runtime/writes.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-test-refused-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const key = randomBytes(32)
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const missed = (callId: string): Write => ({ callId, at: '2026-12-06T04:00:00.000Z', type: 'missedCall' })
const refusal = (write: Write) => ({ write, refusedAt: '2026-12-06T04:00:01.000Z', reason: '23503' })

async function life(counts: number[] = []) {
  return openRefused({ folder, instance: '1', key, log: quiet, onChange: (count) => counts.push(count) })
}

test('what was refused is kept sealed, told again by the next life, and gone once it is taken', async () => {
  const first = await life()
  await first.keep(refusal(missed('call-a')))
  await first.keep(refusal(missed('call-b')))
  await first.close()
  const [name = ''] = await readdir(join(folder, 'refused'))
  expect(await readFile(join(folder, 'refused', name), 'latin1')).not.toContain('call-a')

  const counts: number[] = []
  const second = await life(counts)
  expect(second.count).toBe(2)
  const told: string[] = []
  await second.retry(async ({ callId }) => (told.push(callId), callId === 'call-a' ? 'told' : 'refused'))
  await second.close()
  expect(told).toEqual(['call-a', 'call-b'])
  expect(counts.at(-1)).toBe(1)

  const third = await life(counts)
  await third.retry(async () => 'told')
  await third.close()
  expect(counts.at(-1)).toBe(0)
  expect((await life()).count).toBe(0)
})

test('a database that is away again leaves all of it for the next start', async () => {
  const first = await life()
  await first.keep(refusal(missed('call-a')))
  await first.close()
  const second = await life()
  await second.retry(() => Promise.reject(new Error('away')))
  await second.close()
  expect((await life()).count).toBe(1)
})

test('a saved state is no fact and is let go', async () => {
  const refused = await life()
  await refused.keep(refusal({ callId: 'call-a', at: '2026-12-06T04:00:00.000Z', type: 'flowState', state: {} }))
  expect(refused.count).toBe(0)
  await refused.close()
})

test('the reason names no row', () => {
  expect(reasonOf(Object.assign(new Error('Key (e164)=(+88017…)'), { code: '23505', constraint: 'x_pkey' }))).toBe('23505 x_pkey')
  expect(reasonOf(new RangeError('about +88017…'))).toBe('RangeError')
})
