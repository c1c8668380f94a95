import websocket from '@fastify/websocket'
import type { App } from '../http/app.ts'
import { assertOwnOrigin } from '../http/csrf.ts'
import { SECOND } from '../time/duration.ts'
import { type LiveChange, SESSION_REVOKED } from './announce.ts'
import type { Hub } from './hub.ts'
import { LiveSocket } from './socket.ts'

export type LiveRouteOptions = {
  hub: Hub
  /** Of these sessions, the ones that are still good; asked once a second. */
  findLiveSessions: (ids: string[]) => Promise<Set<string>>
  /** Announced changes; 'session.revoked' ends a socket at once. */
  onChange: (listener: (change: LiveChange) => void) => () => void
}

const SWEEP_MS = 1 * SECOND
const BEAT_MS = 30 * SECOND

/**
 * Takes upgrade requests. Register before everything that may refuse one: this plugin's own hook has to run first, else the
 * connection of a refused upgrade stays open for ever.
 */
export async function installWebsocket(app: App): Promise<void> {
  await app.register(websocket, { options: { maxPayload: 4096 } })
}

/** `/live`: a session and our own page's Origin are needed; a session that ends takes its sockets with it within a second. */
export function liveRoute(app: App, { hub, findLiveSessions, onChange }: LiveRouteOptions): void {
  const sockets = new Set<LiveSocket>()
  app.get(
    '/live',
    {
      websocket: true,
      config: { policy: 'signed-in' },
      schema: { hide: true },
      preValidation: async (request) => assertOwnOrigin(request),
    },
    (socket, request) => {
      // The guard let nobody in without a session.
      if (!request.session) return socket.terminate()
      const live = new LiveSocket(hub, socket, request.session)
      sockets.add(live)
      socket.on('close', () => sockets.delete(live))
    },
  )

  const endSessions = (isOver: (sessionId: string) => boolean) => {
    for (const socket of sockets) if (isOver(socket.session.id)) socket.endSession()
  }
  const sweep = async () => {
    if (sockets.size) {
      const alive = await findLiveSessions([...sockets].map(({ session }) => session.id))
      endSessions((id) => !alive.has(id))
    }
    await hub.sweep()
  }
  const stopListening = onChange(({ topic, id }) => topic === SESSION_REVOKED && endSessions((sessionId) => sessionId === id))
  const stopSweeping = everyWithoutOverlap(SWEEP_MS, sweep, (err) => app.log.warn({ err }, 'live sockets could not be checked'))
  const beats = setInterval(() => sockets.forEach((socket) => socket.beat()), BEAT_MS)

  app.addHook('preClose', async () => {
    stopListening()
    clearInterval(beats)
    await stopSweeping()
    for (const socket of sockets) socket.terminate()
  })
}

/** The next turn waits for the last one. @returns stops and waits for a turn under way */
function everyWithoutOverlap(ms: number, work: () => Promise<void>, onError: (error: unknown) => void): () => Promise<void> {
  let running: Promise<void> | undefined
  const timer = setInterval(() => {
    running ??= work()
      .catch(onError)
      .finally(() => (running = undefined))
  }, ms)
  return async () => {
    clearInterval(timer)
    await running
  }
}
