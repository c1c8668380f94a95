/** What a process of claimers is given to do, and what it says. */
import type { KeyRing } from '../../server/platform/crypto/key-files.ts'

export type ClaimerTask = {
  databaseUrl: string
  keyRing: KeyRing
  now: Date
  /** Each takes what it can get, for ever. */
  agentUserIds: string[]
  /** This one claims, and gets no further. */
  standing?: string
}
export type ClaimerLine = { kind: 'order'; callbackId: string } | { kind: 'between'; agentUserId: string }

const VARIABLE = 'RINGBACK_TEST_CLAIMERS'

/** As environment: an argument would show the keys to whoever lists processes. */
export function writeTask({ keyRing: { master, blindIndexKey }, now, ...rest }: ClaimerTask): Record<string, string> {
  const keys = { id: master.id, master: master.key.toString('base64'), blindIndex: blindIndexKey.toString('base64') }
  return { [VARIABLE]: JSON.stringify({ ...rest, keys, now: now.toISOString() }) }
}

export function readTask(): ClaimerTask {
  type Written = Omit<ClaimerTask, 'keyRing' | 'now'> & { keys: Record<'id' | 'master' | 'blindIndex', string>; now: string }
  const { keys, now, ...rest } = JSON.parse(process.env[VARIABLE] ?? '') as Written
  const bytes = (text: string) => Buffer.from(text, 'base64')
  const keyRing = { master: { id: keys.id, key: bytes(keys.master) }, previous: undefined, blindIndexKey: bytes(keys.blindIndex) }
  return { ...rest, keyRing, now: new Date(now) }
}
