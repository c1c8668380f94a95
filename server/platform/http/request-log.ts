import type { App } from './app.ts'
import type { Metrics } from './metrics.ts'

/** One line and one observation per reply: the route's pattern, never the address with its ids and queries. */
export function installRequestLog(app: App, metrics: Metrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? '(none)'
    const { method } = request
    const status = reply.statusCode
    metrics.observeRequest(route, method, status, reply.elapsedTime / 1000)
    if (request.routeOptions.config.rateLimit === false && status < 500) return
    request.log.info({ method, route, status, ms: Math.round(reply.elapsedTime), userId: request.session?.user.id }, 'replied')
  })
}
