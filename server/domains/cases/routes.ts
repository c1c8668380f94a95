import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { IdParams } from '../../platform/http/schema.ts'
import { CasePage, CaseQuery, CaseView, ClientDecision, NameFinding, OpenCase } from './contract.ts'
import { listCases, nameFinding, noteClientDecision, openCase, readCase } from './service.ts'

const readers = { policy: { roles: ['agent', 'supervisor', 'case-handler'] } } as const
const agents = { policy: { roles: ['agent'] } } as const
const handlers = { policy: { roles: ['case-handler'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/cases', { config: readers, schema: { querystring: CaseQuery, response: { 200: CasePage } } }, (request) =>
    listCases(context, scope(request), request.query),
  )

  app.get('/api/cases/:id', { config: readers, schema: { params: IdParams, response: { 200: CaseView } } }, (request) =>
    readCase(context, scope(request), request.params.id),
  )

  app.post('/api/cases', { config: agents, schema: { body: OpenCase, response: { 201: CaseView } } }, async (request, reply) =>
    reply.code(201).send(await openCase(context, scope(request), request.body)),
  )

  app.post(
    '/api/cases/:id/finding',
    { config: handlers, schema: { params: IdParams, body: NameFinding, response: { 200: CaseView } } },
    (request) => nameFinding(context, scope(request), request.params.id, request.body),
  )

  app.put(
    '/api/cases/:id/client-decision',
    { config: handlers, schema: { params: IdParams, body: ClientDecision, response: { 200: CaseView } } },
    (request) => noteClientDecision(context, scope(request), request.params.id, request.body),
  )
}
