/**
 * A process' place among those that share the database: a lock that Postgres takes from it when its connection ends, so within
 * milliseconds of its death and never while it only stands still. Whoever holds a dead one's place acts for it, and keeps a new start
 * of it waiting meanwhile.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type pg from 'pg'
import type { Log } from '../log.ts'
import { SECOND } from '../time/duration.ts'
import { keepConnection } from './kept-connection.ts'

export type Place = {
  /** Resolves when this process has its place, or after ten seconds without: whoever else holds it then has lost Postgres, or stands still. */
  start(): Promise<void>
  /** Does the work in a dead process' place. @returns false, and nothing was done, when that one may live, or nobody can say */
  inPlaceOf(instance: string, work: () => Promise<void>): Promise<boolean>
  stop(): Promise<void>
}

type Options = { databaseUrl: string; instance: string; log: Pick<Log, 'warn'> }

// Any fixed number: the first half of the lock's name; the second is the process' own.
const LOCK_CLASS = 7_201_124
const START_WAIT_MS = 10 * SECOND
const RETRY_MS = 100
/** A machine that was switched off says no goodbye: Postgres asks, and gives its place away after half a minute. */
const ASK_THE_FAR_END = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 4'

export function createPlace({ databaseUrl, instance, log }: Options): Place {
  let client: pg.Client | undefined
  const connection = keepConnection({
    ...{ databaseUrl, name: 'place', log },
    onConnected: async (connected, lost) => {
      await connected.query(ASK_THE_FAR_END)
      for (let tried = 0; !(await tryLock(connected, instance)); tried++) {
        if (tried === 20) log.warn({ instance }, 'another process holds the place of this one')
        await wait(RETRY_MS, undefined, { signal: lost })
      }
      client = connected
    },
    onLost: () => (client = undefined),
  })
  return {
    start: async () => {
      const late = new AbortController()
      const waited = wait(START_WAIT_MS, undefined, { signal: late.signal }).catch(() => undefined)
      await Promise.race([connection.start(), waited])
      late.abort()
    },
    inPlaceOf: async (other, work) => {
      const holding = client
      if (other === instance || !holding || !(await tryLock(holding, other))) return false
      try {
        await work()
      } finally {
        // A connection that is lost meanwhile has let go of it by itself.
        await holding.query('select pg_advisory_unlock($1, $2)', [LOCK_CLASS, Number(other)]).catch(() => undefined)
      }
      return true
    },
    stop: connection.stop,
  }
}

async function tryLock(client: pg.Client, instance: string): Promise<boolean> {
  const { rows } = await client.query<{ has: boolean }>('select pg_try_advisory_lock($1, $2) as has', [LOCK_CLASS, Number(instance)])
  return rows[0]?.has === true
}
