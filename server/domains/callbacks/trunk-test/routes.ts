import { Type } from 'typebox'
import type { RoutePlugin } from '../../../context.ts'
import { scope } from '../../../platform/http/policy.ts'
import { Done } from '../../../platform/http/schema.ts'
import { removeTrunk } from '../calling/trunk-removal.ts'
import { TrunkTest } from '../contract.ts'
import { testTrunk } from './trunk-test.ts'

const params = Type.Object({ id: Type.String({ pattern: '^[a-z][a-z0-9-]{1,30}$' }) })
const administrator = { policy: { roles: ['administrator'] } } as const
const keepers = { policy: { roles: ['supervisor', 'administrator'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.post('/api/trunks/:id/test', { config: keepers, schema: { params, response: { 200: TrunkTest } } }, (request) =>
    testTrunk(context, scope(request), request.params.id),
  )

  app.delete('/api/trunks/:id', { config: administrator, schema: { params, response: { 200: Done } } }, async (request) => {
    await removeTrunk(context, { actor: scope(request), trunkId: request.params.id })
    return { ok: true as const }
  })
}
