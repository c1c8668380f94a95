import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { keepConnection } from '../db/kept-connection.ts'
import type { Log } from '../log.ts'
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

const Change = Type.Object({ topic: Type.String({ pattern: '^[a-z-]+\\.[a-z-]+$' }), id: Type.String() })

/** Listens on a connection of its own and comes back for ever when Postgres goes. */
export function createLiveListener(databaseUrl: string, log: Log): LiveListener {
  const changeListeners = new Set<(change: LiveChange) => void>()
  const gapListeners = new Set<() => void>()
  let isConnected = false

  const tell = (payload: string | undefined) => {
    const change = readChange(payload)
    if (!change) return log.warn('a live message was not understood')
    for (const listener of changeListeners) listener(change)
  }
  const connection = keepConnection({
    ...{ databaseUrl, name: 'live', log },
    prepare: (client) => void client.on('notification', ({ payload }) => tell(payload)),
    onConnected: async (client) => {
      await client.query(`listen ${LIVE_CHANNEL}`)
      isConnected = true
      for (const listener of gapListeners) listener()
    },
    onLost: () => (isConnected = false),
  })

  return {
    onChange: (listener) => add(changeListeners, listener),
    onGap: (listener) => add(gapListeners, listener),
    isConnected: () => isConnected,
    start: connection.start,
    stop: connection.stop,
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
