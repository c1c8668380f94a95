import { expect, test } from 'vitest'
import type { AriCommands } from '../../server/telephony/ari/face.ts'
import { createPhones } from '../../server/telephony/runtime/phones.ts'
import type { TelephonyServices } from '../../server/telephony/runtime/ports.ts'

const phoneOf = (sipUser: string) => ({ sipUser, sipPasswordDigest: 'd41d8cd98f00b204e9800998ecf8427e' })

/** Two agents' phones, neither online when Asterisk is asked; `told` waits for each release. */
function twoPhones() {
  const reachable = new Map<string, boolean>()
  const held: (() => void)[] = []
  const commands = { putConfig: () => Promise.resolve(), listEndpoints: () => Promise.resolve([]) } as unknown as AriCommands
  const agents = {
    listPhones: () => Promise.resolve(['agent-a1', 'agent-b2'].map(phoneOf)),
    phoneReachable: async ({ sipUser, isReachable }: { sipUser: string; isReachable: boolean }) => {
      await new Promise<void>((release) => held.push(release))
      reachable.set(sipUser, isReachable)
    },
  } as unknown as TelephonyServices['agents']
  const log = { info: () => {}, warn: () => {} }
  const phones = createPhones({ commands, agents, sipBind: '127.0.0.1', log, retry: () => {} })
  const releaseNext = async () => {
    await expect.poll(() => held.length).toBeGreaterThan(0)
    held.shift()!()
  }
  return { phones, reachable, releaseNext, held }
}

test('a phone that registers while all are being told of is not told away by what was known before', async () => {
  const { phones, reachable, releaseNext, held } = twoPhones()
  const pushed = phones.pushAll()
  await expect.poll(() => held.length).toBe(1)
  phones.changed('PJSIP/agent-b2', true)
  await releaseNext()
  await releaseNext()
  await pushed
  expect(Object.fromEntries(reachable)).toEqual({ 'agent-a1': false, 'agent-b2': true })
})

test('what a phone does in quick succession is told in its order', async () => {
  const { phones, reachable, releaseNext, held } = twoPhones()
  phones.changed('PJSIP/agent-a1', false)
  phones.changed('PJSIP/agent-a1', true)
  await expect.poll(() => held.length).toBe(1)
  await releaseNext()
  await releaseNext()
  await expect.poll(() => reachable.get('agent-a1')).toBe(true)
})
