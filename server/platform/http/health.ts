import { Type } from 'typebox'
import { SECOND } from '../time/duration.ts'
import type { App } from './app.ts'
import type { Metrics } from './metrics.ts'

/** `detail` is one sentence for an operator; no addresses, no secrets. */
export type PartState = { isOk: boolean; detail?: string }
/** One thing without which no call can be taken: database, ari, trunks, disk, clock, heartbeat. */
export type ReadinessPart = { name: string; check: () => PartState | Promise<PartState> }

const CHECK_TIMEOUT_MS = 2 * SECOND

const Readiness = Type.Object({
  isReady: Type.Boolean(),
  parts: Type.Array(Type.Object({ name: Type.String(), isOk: Type.Boolean(), detail: Type.Optional(Type.String()) })),
})

/** /health: the process answers. /ready: it can take calls, each part named. /metrics: Prometheus. No session needed: probes have none. */
export function healthRoutes(app: App, { parts, metrics }: { parts: () => ReadinessPart[]; metrics: Metrics }): void {
  const config = { policy: 'public', rateLimit: false } as const
  app.get('/health', { config, schema: { response: { 200: Type.Object({ isAlive: Type.Literal(true) }) } } }, async () => ({
    isAlive: true as const,
  }))
  app.get('/ready', { config, schema: { response: { 200: Readiness, 503: Readiness } } }, async (_request, reply) => {
    const states = await Promise.all(parts().map(checkPart))
    const isReady = states.every(({ isOk }) => isOk)
    return reply.code(isReady ? 200 : 503).send({ isReady, parts: states })
  })
  app.get('/metrics', { config, schema: { response: { 200: Type.String() } } }, async (_request, reply) => {
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

/** A check that fails or hangs is a part that is not ready; the reason goes to the log of whoever owns it. */
async function checkPart({ name, check }: ReadinessPart): Promise<PartState & { name: string }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<PartState>((resolve) => {
    timer = setTimeout(() => resolve({ isOk: false, detail: 'does not answer' }), CHECK_TIMEOUT_MS)
  })
  const checked = (async () => check())().catch((error: unknown) => ({
    isOk: false,
    detail: error instanceof Error ? error.name : 'failed',
  }))
  return { name, ...(await Promise.race([checked, late]).finally(() => clearTimeout(timer))) }
}
