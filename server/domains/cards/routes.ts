import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { IdParams, Uuid } from '../../platform/http/schema.ts'
import { CardSet, IssueCards } from './contract.ts'
import { getCards, issueCards, withdrawBatch } from './service.ts'

const visitors = { policy: { roles: ['auditor', 'supervisor'] } } as const
const BatchParams = Type.Object({ id: Uuid, batchId: Uuid })

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/audits/:id/cards', { config: visitors, schema: { params: IdParams, response: { 200: CardSet } } }, (request) =>
    getCards(context, scope(request), request.params.id),
  )

  app.post(
    '/api/audits/:id/card-batches',
    { config: visitors, schema: { params: IdParams, body: IssueCards, response: { 201: CardSet } } },
    async (request, reply) => reply.code(201).send(await issueCards(context, scope(request), request.params.id, request.body)),
  )

  app.delete(
    '/api/audits/:id/card-batches/:batchId',
    { config: visitors, schema: { params: BatchParams, response: { 200: CardSet } } },
    (request) => withdrawBatch(context, scope(request), request.params.id, request.params.batchId),
  )
}
