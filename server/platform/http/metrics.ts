import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

export type Metrics = { registry: Registry; observeRequest(route: string, method: string, status: number, seconds: number): void }

/** Prometheus figures of this process; other parts add theirs to `registry`. Labels are route patterns, never addresses. */
export function createMetrics(instance: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ instance })
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'ringback_http_request_seconds',
    help: 'Time from request to reply',
    labelNames: ['route', 'method', 'status'],
    buckets: [0.005, 0.025, 0.1, 0.5, 2, 10],
    registers: [registry],
  })
  return {
    registry,
    observeRequest: (route, method, status, seconds) => requests.observe({ route, method, status: String(status) }, seconds),
  }
}
