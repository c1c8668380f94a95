import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { type Role, scope } from '../../platform/http/policy.ts'
import { Done } from '../../platform/http/schema.ts'
import { Carrier, CountryList, LanguageList, PauseTrunk, SaveCarrier, TrunkId } from './contract.ts'
import { getCarrier, saveCarrier, listCountries, listLanguages, resumeTrunk, stopTrunk } from './service.ts'

/** Who may know the number we show when we call. */
const RUN_THE_HOTLINE: ReadonlySet<Role> = new Set<Role>(['agent', 'supervisor', 'administrator'])
const TrunkParams = Type.Object({ id: TrunkId })
const administrator = { policy: { roles: ['administrator'] } } as const
const keepers = { policy: { roles: ['supervisor', 'administrator'] } } as const

export const routes: RoutePlugin = (app, { db, cipher, clock }) => {
  // Names, hours and the number that is printed on cards anyway.
  app.get('/api/countries', { config: { policy: 'signed-in' }, schema: { response: { 200: CountryList } } }, async ({ user }) => {
    const countries = await listCountries({ db })
    return { countries: RUN_THE_HOTLINE.has(user.role) ? countries : countries.map(({ callbackDid: _, ...country }) => country) }
  })

  app.get('/api/languages', { config: keepers, schema: { response: { 200: LanguageList } } }, async () => ({
    languages: await listLanguages(db),
  }))

  app.post(
    '/api/trunks/:id/pause',
    { config: keepers, schema: { params: TrunkParams, body: PauseTrunk, response: { 200: Done } } },
    async (request) => {
      await stopTrunk({ db, clock }, { actor: scope(request), trunkId: request.params.id, reason: request.body.reason })
      return { ok: true as const }
    },
  )

  app.post('/api/trunks/:id/resume', { config: keepers, schema: { params: TrunkParams, response: { 200: Done } } }, async (request) => {
    await resumeTrunk({ db }, { actor: scope(request), trunkId: request.params.id })
    return { ok: true as const }
  })

  app.get('/api/trunks/:id/carrier', { config: administrator, schema: { params: TrunkParams, response: { 200: Carrier } } }, ({ params }) =>
    getCarrier({ db }, params.id),
  )

  app.put(
    '/api/trunks/:id/carrier',
    { config: administrator, schema: { params: TrunkParams, body: SaveCarrier, response: { 200: Carrier } } },
    ({ params, body, user }) => saveCarrier({ db, cipher }, { trunkId: params.id, carrier: body, actorUserId: user.id }),
  )
}
