import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { CountryId, Done } from '../../platform/http/schema.ts'
import { CountryList } from './contract.ts'
import { CountryNotFound, listCountries, resumeTrunk } from './service.ts'

const CountryParams = Type.Object({ id: CountryId })

export const routes: RoutePlugin = (app, { db }) => {
  // Names, hours and the hotline's own numbers: printed on cards anyway.
  app.get('/api/countries', { config: { policy: 'signed-in' }, schema: { response: { 200: CountryList } } }, async () => ({
    countries: await listCountries({ db }),
  }))

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
}
