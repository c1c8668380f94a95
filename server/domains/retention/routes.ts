import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { RetentionReport } from './contract.ts'
import { getRetention } from './service.ts'

const readers = { policy: { roles: ['administrator', 'supervisor'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/retention', { config: readers, schema: { response: { 200: RetentionReport } } }, (request) =>
    getRetention(context, scope(request)),
  )
}
