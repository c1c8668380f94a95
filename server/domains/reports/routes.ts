import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { Dashboard } from './contract.ts'
import { getDashboard } from './service.ts'

export const routes: RoutePlugin = (app, context) => {
  app.get(
    '/api/dashboard',
    { config: { policy: { roles: ['client', 'supervisor', 'case-handler'] } }, schema: { response: { 200: Dashboard } } },
    (request) => getDashboard(context, scope(request)),
  )
}
