import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Log } from '../log.ts'
import { SECOND } from '../time/duration.ts'
import { LIVE_CHANNEL, type LiveChange } from './announce.ts'

export type LiveListener = {
  /** Every change announced by any process, this one included. Returns how to stop. */
  onChange(listener: (change: LiveChange) => void): () => void
  /** Called after each (re)connect: what was announced before is unknown, so read again what you hold. Returns how to stop. */
  onGap(listener: () => void): () => void
  isConnected(): boolean
  /** Resolves once listening for the first time. */
  start(): Promise<void>
  stop(): Promise<void>
}

const CHECK_EVERY_MS = 5 * SECOND
const RETRY_MS = { first: 100, most: 5 * SECOND }
const Change = Type.Object({ topic: Type.String({ pattern: '^[a-z-]+\\.[a-z-]+$' }), id: Type.String() })

/** Listens on a connection of its own and comes back for ever when Postgres goes. */
export function createLiveListener(databaseUrl: string, log: Log): LiveListener {
  const changeListeners = new Set<(change: LiveChange) => void>()
  const gapListeners = new Set<() => void>()
  const stopping = new AbortController()
  const first = Promise.withResolvers<void>()
  let isConnected = false
  let running: Promise<void> | undefined

  const session = async () => {
    const client = new pg.Client({
      connectionString: databaseUrl,
      application_name: 'ringback-live',
      connectionTimeoutMillis: CHECK_EVERY_MS,
      query_timeout: CHECK_EVERY_MS,
      keepAlive: true,
    })
    const lost = new Promise<void>((resolve) => client.on('error', () => resolve()).once('end', () => resolve()))
    client.on('notification', ({ payload }) => tell(payload))
    try {
      await client.connect()
      await client.query(`listen ${LIVE_CHANNEL}`)
      isConnected = true
      first.resolve()
      for (const listener of gapListeners) listener()
      await untilLost(client, lost, stopping.signal)
    } finally {
      isConnected = false
      await client.end()
    }
  }

  const tell = (payload: string | undefined) => {
    const change = readChange(payload)
    if (!change) return log.warn('a live message was not understood')
    for (const listener of changeListeners) listener(change)
  }

  const run = async () => {
    let pause = RETRY_MS.first
    while (!stopping.signal.aborted) {
      try {
        await session()
        pause = RETRY_MS.first
        if (!stopping.signal.aborted) log.warn('live listener lost its connection')
      } catch (error) {
        log.warn({ err: error }, 'live listener cannot connect')
      }
      // Rejects when stopping: then the loop's condition ends it.
      await wait(pause, undefined, { signal: stopping.signal }).catch(() => undefined)
      pause = Math.min(pause * 2, RETRY_MS.most)
    }
  }

  return {
    onChange: (listener) => add(changeListeners, listener),
    onGap: (listener) => add(gapListeners, listener),
    isConnected: () => isConnected,
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
async function untilLost(client: pg.Client, lost: Promise<void>, stopping: AbortSignal): Promise<void> {
  const ended = lost.then(() => true)
  const stopped = new Promise<boolean>((resolve) => stopping.addEventListener('abort', () => resolve(true), { once: true }))
  while (!stopping.aborted) {
    const pause = new AbortController()
    const due = wait(CHECK_EVERY_MS, false, { signal: pause.signal }).catch(() => false)
    const isOver = await Promise.race([ended, stopped, due])
    pause.abort()
    if (isOver) return
    await client.query('select 1')
  }
}

function readChange(payload: string | undefined): LiveChange | undefined {
  try {
    const parsed: unknown = JSON.parse(payload ?? '')
    return Value.Check(Change, parsed) ? (parsed as LiveChange) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function add<T>(set: Set<T>, item: T): () => void {
  set.add(item)
  return () => set.delete(item)
}
