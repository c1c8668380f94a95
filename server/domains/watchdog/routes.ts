import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { ChangeWatch, CheckPage, CheckQuery, NumberList, NumberParams, NumberView } from './contract.ts'
import { changeWatch, checkNow, listChecks, listNumbers } from './service.ts'

const watchers = { policy: { roles: ['administrator', 'supervisor'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/numbers', { config: watchers, schema: { response: { 200: NumberList } } }, async (request) => ({
    numbers: await listNumbers(context, scope(request)),
  }))
  app.patch(
    '/api/numbers/:countryId/:kind',
    { config: watchers, schema: { params: NumberParams, body: ChangeWatch, response: { 200: NumberView } } },
    (request) => changeWatch(context, scope(request), request.params, request.body),
  )
  app.post(
    '/api/numbers/:countryId/:kind/check',
    { config: watchers, schema: { params: NumberParams, response: { 202: NumberView } } },
    async (request, answer) => answer.code(202).send(await checkNow(context, scope(request), request.params)),
  )
  app.get(
    '/api/numbers/:countryId/:kind/checks',
    { config: watchers, schema: { params: NumberParams, querystring: CheckQuery, response: { 200: CheckPage } } },
    (request) => listChecks(context, scope(request), request.params, request.query),
  )
}
