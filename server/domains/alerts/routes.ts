import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { IdParams } from '../../platform/http/schema.ts'
import { AlertPage, AlertQuery, AlertView } from './contract.ts'
import { acknowledgeAlert, listAlerts } from './service.ts'

const watchers = { policy: { roles: ['administrator', 'supervisor'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/alerts', { config: watchers, schema: { querystring: AlertQuery, response: { 200: AlertPage } } }, (request) =>
    listAlerts(context, scope(request), request.query),
  )

  app.post('/api/alerts/:id/acknowledge', { config: watchers, schema: { params: IdParams, response: { 200: AlertView } } }, (request) =>
    acknowledgeAlert(context, scope(request), request.params.id),
  )
}
