import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { CalendarDay, CountryId } from '../../platform/http/schema.ts'
import { AddTrunk, LineList, LineSetUp, OrderTrunks, RegionList, SaveHoliday, SaveHours, SaveLine, SaveRegion } from './contract.ts'
import { deleteHoliday, listLineRegions, saveHoliday, saveRegion } from './holiday-changes.ts'
import { getLine, listLines, saveHours, saveLine } from './lines.ts'
import { addTrunk, orderTrunks } from './trunks.ts'

const keepers = { policy: { roles: ['supervisor', 'administrator'] } } as const
const administrator = { policy: { roles: ['administrator'] } } as const
const params = Type.Object({ countryId: CountryId })
const dayParams = Type.Object({ countryId: CountryId, date: CalendarDay })
const response = { 200: LineSetUp }

export const routes: RoutePlugin = (app, { db, clock }) => {
  const deps = { db, clock }
  app.get('/api/lines', { config: keepers, schema: { response: { 200: LineList } } }, async (request) => ({
    lines: await listLines(deps, scope(request)),
  }))
  app.get('/api/lines/:countryId', { config: keepers, schema: { params, response } }, (request) =>
    getLine(deps, scope(request), request.params.countryId),
  )
  app.put('/api/lines/:countryId', { config: administrator, schema: { params, body: SaveLine, response } }, (request) =>
    saveLine(deps, { reader: scope(request), countryId: request.params.countryId }, request.body),
  )
  app.post('/api/lines/:countryId/trunks', { config: administrator, schema: { params, body: AddTrunk, response } }, async (request) => {
    const { countryId } = request.params
    await addTrunk(deps, { actor: scope(request), countryId, trunk: request.body })
    return getLine(deps, scope(request), countryId)
  })
  app.put('/api/lines/:countryId/trunks', { config: administrator, schema: { params, body: OrderTrunks, response } }, async (request) => {
    const { countryId } = request.params
    await orderTrunks(deps, { actor: scope(request), countryId, trunkIds: request.body.trunkIds })
    return getLine(deps, scope(request), countryId)
  })
  app.put('/api/lines/:countryId/hours', { config: keepers, schema: { params, body: SaveHours, response } }, (request) =>
    saveHours(deps, { reader: scope(request), countryId: request.params.countryId }, request.body.week),
  )
  app.get('/api/lines/:countryId/regions', { config: keepers, schema: { params, response: { 200: RegionList } } }, async (request) => ({
    regions: await listLineRegions({ reader: scope(request), countryId: request.params.countryId }),
  }))
  app.put('/api/lines/:countryId/region', { config: keepers, schema: { params, body: SaveRegion, response } }, (request) =>
    saveRegion(deps, { reader: scope(request), countryId: request.params.countryId }, request.body.region),
  )
  app.put(
    '/api/lines/:countryId/holidays/:date',
    { config: keepers, schema: { params: dayParams, body: SaveHoliday, response } },
    (request) => saveHoliday(deps, { reader: scope(request), ...request.params }, request.body),
  )
  app.delete('/api/lines/:countryId/holidays/:date', { config: keepers, schema: { params: dayParams, response } }, (request) =>
    deleteHoliday(deps, { reader: scope(request), ...request.params }),
  )
}
