import { Type } from 'typebox'
import type { RoutePlugin } from '../../../context.ts'
import { scope } from '../../../platform/http/policy.ts'
import { CountryId } from '../../../platform/http/schema.ts'
import { CallRules, SaveCallRules } from '../contract.ts'
import { getCallRules, saveCallRules } from '../service.ts'

const config = { policy: { roles: ['supervisor', 'administrator'] } } as const
const CountryParams = Type.Object({ id: CountryId })

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/countries/:id/call-rules', { config, schema: { params: CountryParams, response: { 200: CallRules } } }, (request) =>
    getCallRules(context, scope(request), request.params.id),
  )

  app.put(
    '/api/countries/:id/call-rules',
    { config, schema: { params: CountryParams, body: SaveCallRules, response: { 200: CallRules } } },
    (request) => saveCallRules(context, scope(request), { countryId: request.params.id, ...request.body }),
  )
}
