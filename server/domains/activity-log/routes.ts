import type { RoutePlugin } from '../../context.ts'
import { ActivityPage, ActivityQuery } from './contract.ts'
import { listActivities } from './service.ts'

export const routes: RoutePlugin = (app, { db }) => {
  app.get(
    '/api/activity-log',
    {
      config: { policy: { roles: ['administrator', 'custodian'] } },
      schema: { querystring: ActivityQuery, response: { 200: ActivityPage } },
    },
    (request) => listActivities(db, request.user.role, request.query),
  )
}
