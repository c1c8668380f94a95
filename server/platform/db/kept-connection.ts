/** A connection of one's own, outside the pool, that comes back for ever when Postgres goes. */
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Log } from '../log.ts'
import { SECOND } from '../time/duration.ts'

export type KeptConnection = {
  /** Resolves when it is there for the first time, or stopped. */
  start(): Promise<void>
  stop(): Promise<void>
}

type Options = {
  databaseUrl: string
  /** What it is called in the log and in pg_stat_activity: `live` becomes `ringback-live`. */
  name: string
  log: Pick<Log, 'warn'>
  /** Before it connects: attach listeners. */
  prepare?: (client: pg.Client) => void
  /** It is there, for the first time or again. One that rejects is closed, and tried again. @param lost aborts when it is over */
  onConnected: (client: pg.Client, lost: AbortSignal) => Promise<void>
  onLost?: () => void
}

const CHECK_EVERY_MS = 5 * SECOND
const RETRY_MS = { first: 100, most: 5 * SECOND }

export function keepConnection({ databaseUrl, name, log, prepare, onConnected, onLost }: Options): KeptConnection {
  const stopping = new AbortController()
  const first = Promise.withResolvers<void>()
  let running: Promise<void> | undefined

  const session = async () => {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: `ringback-${name}`,
      connectionTimeoutMillis: CHECK_EVERY_MS,
      query_timeout: CHECK_EVERY_MS,
      keepAlive: true,
    })
    const over = new AbortController()
    const end = () => over.abort()
    client.on('error', end).once('end', end)
    stopping.signal.addEventListener('abort', end, { once: true })
    prepare?.(client)
    try {
      await client.connect()
      await onConnected(client, over.signal)
      first.resolve()
      await untilLost(client, over.signal)
    } finally {
      end()
      stopping.signal.removeEventListener('abort', end)
      onLost?.()
      await client.end()
    }
  }

  const run = async () => {
    let pause = RETRY_MS.first
    while (!stopping.signal.aborted) {
      try {
        await session()
        pause = RETRY_MS.first
        if (!stopping.signal.aborted) log.warn({ connection: name }, 'a connection to the database was lost')
      } catch (error) {
        if (!stopping.signal.aborted) log.warn({ connection: name, err: error }, 'a connection to the database cannot be made')
      }
      // Rejects when stopping: then the loop's condition ends it.
      await wait(pause, undefined, { signal: stopping.signal }).catch(() => undefined)
      pause = Math.min(pause * 2, RETRY_MS.most)
    }
  }

  return {
    start: () => {
      running ??= run()
      return first.promise
    },
    stop: async () => {
      stopping.abort()
      first.resolve()
      await running
    },
  }
}

/** A connection that died without a word (cable, firewall) answers no query: asked every few seconds. */
async function untilLost(client: pg.Client, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    // Rejects when it is over, which the loop sees for itself.
    await wait(CHECK_EVERY_MS, undefined, { signal: over }).catch(() => undefined)
    if (!over.aborted) await client.query('select 1')
  }
}
