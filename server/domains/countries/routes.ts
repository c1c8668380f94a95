import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import type { Role } from '../../platform/http/policy.ts'
import { CountryId, Done } from '../../platform/http/schema.ts'
import { Carrier, CountryList, SaveCarrier } from './contract.ts'
import { CountryNotFound, getCarrier, saveCarrier, listCountries, resumeTrunk } from './service.ts'

/** Who may know the number we show when we call. */
const RUN_THE_HOTLINE: ReadonlySet<Role> = new Set<Role>(['agent', 'supervisor', 'administrator'])
const TrunkParams = Type.Object({ id: Type.String({ pattern: '^[a-z][a-z0-9-]{1,30}$' }) })
const administrator = { policy: { roles: ['administrator'] } } as const
const CountryParams = Type.Object({ id: CountryId })

export const routes: RoutePlugin = (app, { db, cipher }) => {
  // Names, hours and the number that is printed on cards anyway.
  app.get('/api/countries', { config: { policy: 'signed-in' }, schema: { response: { 200: CountryList } } }, async ({ user }) => {
    const countries = await listCountries({ db })
    return { countries: RUN_THE_HOTLINE.has(user.role) ? countries : countries.map(({ callbackDid: _, ...country }) => country) }
  })

  app.post(
    '/api/countries/:id/resume-trunk',
    {
      config: { policy: { roles: ['administrator', 'supervisor'] } },
      schema: { params: CountryParams, response: { 200: Done } },
    },
    async (request) => {
      const { user, params } = request
      if (user.role === 'supervisor' && !user.countryIds.includes(params.id)) throw new CountryNotFound()
      await resumeTrunk({ db }, { countryId: params.id, actorUserId: user.id })
      return { ok: true as const }
    },
  )

  app.get('/api/trunks/:id/carrier', { config: administrator, schema: { params: TrunkParams, response: { 200: Carrier } } }, ({ params }) =>
    getCarrier({ db }, params.id),
  )

  app.put(
    '/api/trunks/:id/carrier',
    { config: administrator, schema: { params: TrunkParams, body: SaveCarrier, response: { 200: Carrier } } },
    ({ params, body, user }) => saveCarrier({ db, cipher }, { trunkId: params.id, carrier: body, actorUserId: user.id }),
  )
}
