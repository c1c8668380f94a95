import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Log } from '../../platform/log.ts'
import { systemClock } from '../../platform/time/clock.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { HeadFile } from './head-file.ts'
import * as queries from './queries.ts'
import { GENESIS, hashLink, type Head, type Link, type Mac } from './rules.ts'

const BATCH = 500
const SEAL_EVERY_MS = SECOND / 2

/** The chain's hash, under the key of the blind index: who cannot read the key files cannot continue the chain. */
export function chainMac(cipher: Pick<FieldCipher, 'blindIndex'>): Mac {
  return (text) => cipher.blindIndex('activity-chain', text)
}

export type Sealer = { start(): void; stop(): Promise<void> }

/**
 * Puts the rows that wait into the chain. Any number of processes may try: one at a time does.
 * @returns the chain's new end, undefined when nothing waited or another process is at it
 */
export async function sealWaiting(db: Db, mac: Mac): Promise<Head | undefined> {
  const last = await inTransaction(db, async (tx) => {
    if (!(await queries.tryLockSealer(tx))) return undefined
    const rows = await queries.takeUnsealed(tx, BATCH)
    if (!rows.length) return undefined
    let { position, hash } = (await queries.findLastLink(tx)) ?? { position: 0, hash: GENESIS }
    const links = rows.map((row): Link => {
      position += 1
      hash = hashLink(mac, hash, position, row)
      return { position, hash, row }
    })
    await queries.insertLinks(tx, links)
    return links.at(-1)
  })
  return last && { position: last.position, hash: last.hash.toString('hex') }
}

/** Seals twice a second, and writes each new end outside the database. */
export function createSealer({ db, mac, headFile, log }: { db: Db; mac: Mac; headFile: HeadFile; log: Log }): Sealer {
  let running: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const sealAll = async () => {
    for (;;) {
      const head = await sealWaiting(db, mac)
      if (!head) return
      await headFile.write(head, systemClock.now())
    }
  }
  const turn = () => {
    running ??= sealAll()
      .catch((err: unknown) => log.warn({ err }, 'activity log could not be sealed'))
      .finally(() => (running = undefined))
  }
  return {
    start: () => void (timer ??= setInterval(turn, SEAL_EVERY_MS)),
    stop: async () => {
      clearInterval(timer)
      await running
      turn()
      await running
    },
  }
}
