import { createHash, timingSafeEqual } from 'node:crypto'
import { Type } from 'typebox'
import { Unauthorised } from '../errors.ts'
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

/** @property metricsToken who shows it may read /metrics from elsewhere; undefined: this machine alone may */
export type HealthOptions = { parts: () => ReadinessPart[]; metrics: Metrics; metricsToken: string | undefined }

/**
 * /health: the process answers. /ready: it can take calls, each part named. /metrics: Prometheus. No session needed: probes have
 * none. Figures of calls could tell an onlooker when somebody rang, so they are for this machine, or for who shows the token.
 */
export function healthRoutes(app: App, { parts, metrics, metricsToken }: HealthOptions): void {
  const config = { policy: 'public', rateLimit: false } as const
  app.get('/health', { config, schema: { response: { 200: Type.Object({ isAlive: Type.Literal(true) }) } } }, async () => ({
    isAlive: true as const,
  }))
  app.get('/ready', { config, schema: { response: { 200: Readiness, 503: Readiness } } }, async (_request, reply) => {
    const states = await Promise.all(parts().map(checkPart))
    const isReady = states.every(({ isOk }) => isOk)
    return reply.code(isReady ? 200 : 503).send({ isReady, parts: states })
  })
  app.get('/metrics', { config, schema: { response: { 200: Type.String() } } }, async ({ ip, headers }, reply) => {
    if (!isLoopback(ip) && !showsToken(headers.authorization, metricsToken))
      throw new Unauthorised('no-metrics-token', 'Figures are for this machine, or for who shows the token (RINGBACK_METRICS_TOKEN_FILE).')
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

const isLoopback = (ip: string) => ip === '::1' || /^(::ffff:)?127\./.test(ip)

function showsToken(authorization: string | undefined, token: string | undefined): boolean {
  if (token === undefined || authorization === undefined) return false
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(authorization), hash(`Bearer ${token}`))
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
