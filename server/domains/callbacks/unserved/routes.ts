import { Type } from 'typebox'
import type { RoutePlugin } from '../../../context.ts'
import { scope } from '../../../platform/http/policy.ts'
import { CountryId, IdParams } from '../../../platform/http/schema.ts'
import { getHelpers, setHelpers } from '../../countries/service.ts'
import { AssignCallback, CallbackView, Helpers, UnservedList } from '../contract.ts'
import { assignCallback, getCallback, listUnserved } from '../service.ts'

const supervisors = { policy: { roles: ['supervisor'] } } as const
const administrators = { policy: { roles: ['administrator'] } } as const
const CountryParams = Type.Object({ id: CountryId })

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/callbacks/unserved', { config: supervisors, schema: { response: { 200: UnservedList } } }, (request) =>
    listUnserved(context, scope(request)),
  )

  app.post(
    '/api/callbacks/:id/assign',
    { config: supervisors, schema: { params: IdParams, body: AssignCallback, response: { 200: CallbackView } } },
    async (request) => {
      await assignCallback(context, scope(request), { callbackId: request.params.id, ...request.body })
      return getCallback(context, scope(request), request.params.id)
    },
  )

  // Whose people may hear a country's workers is for whoever answers for the country's data.
  app.get(
    '/api/countries/:id/helpers',
    { config: { policy: { roles: ['supervisor', 'administrator'] } }, schema: { params: CountryParams, response: { 200: Helpers } } },
    ({ params }) => getHelpers(context, params.id),
  )

  app.put(
    '/api/countries/:id/helpers',
    { config: administrators, schema: { params: CountryParams, body: Helpers, response: { 200: Helpers } } },
    async ({ params, body, user }) => {
      await setHelpers(context, { countryId: params.id, helperCountryIds: body.countryIds, actorUserId: user.id })
      return getHelpers(context, params.id)
    },
  )
}
