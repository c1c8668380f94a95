import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { Done, IdParams, Uuid } from '../../platform/http/schema.ts'
import * as contract from './contract.ts'
import { getFeasibility } from './feasibility.ts'
import * as service from './service.ts'
import { listSpoken } from './untranslated.ts'
import { addAudit, changeAudit, removeAudit } from './visits.ts'

const planners = { policy: { roles: ['supervisor'] } } as const
const visitors = { policy: { roles: ['auditor', 'supervisor'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/clients', { config: planners, schema: { response: { 200: contract.ClientList } } }, async () => ({
    clients: await service.listClients(context),
  }))

  app.post(
    '/api/clients',
    { config: planners, schema: { body: contract.SaveClient, response: { 201: contract.ClientView } } },
    async (request, reply) => reply.code(201).send(await service.addClient(context, scope(request), request.body)),
  )

  app.patch(
    '/api/clients/:id',
    { config: planners, schema: { params: IdParams, body: contract.ChangeClient, response: { 200: contract.ClientView } } },
    (request) => service.changeClient(context, scope(request), request.params.id, request.body),
  )

  app.get(
    '/api/questionnaires/spoken',
    { config: { policy: { roles: ['supervisor', 'administrator'] } }, schema: { response: { 200: contract.SpokenLanguages } } },
    () => listSpoken(context),
  )

  app.get('/api/factories', { config: visitors, schema: { response: { 200: contract.FactoryList } } }, async (request) => ({
    factories: await service.listFactories(context, scope(request)),
  }))

  app.post(
    '/api/factories',
    { config: planners, schema: { body: contract.SaveFactory, response: { 201: contract.FactoryView } } },
    async (request, reply) => reply.code(201).send(await service.addFactory(context, scope(request), request.body)),
  )

  app.patch(
    '/api/factories/:id',
    { config: planners, schema: { params: IdParams, body: contract.ChangeFactory, response: { 200: contract.FactoryView } } },
    (request) => service.changeFactory(context, scope(request), request.params.id, request.body),
  )

  app.get(
    '/api/factories/:id/auditors',
    { config: planners, schema: { params: IdParams, response: { 200: contract.AuditorList } } },
    async (request) => ({ auditors: await service.listAuditors(context, scope(request), request.params.id) }),
  )

  app.put(
    '/api/factories/:id/auditors',
    { config: planners, schema: { params: IdParams, body: contract.AssignAuditors, response: { 200: contract.AuditorList } } },
    async (request) => ({
      auditors: await service.assignAuditors(context, scope(request), request.params.id, request.body.auditorIds),
    }),
  )

  app.get(
    '/api/audits',
    { config: visitors, schema: { querystring: contract.AuditQuery, response: { 200: contract.AuditList } } },
    (request) => service.listAudits(context, scope(request), request.query),
  )

  app.post(
    '/api/audits',
    { config: visitors, schema: { body: contract.SaveAudit, response: { 201: contract.AuditView } } },
    async (request, reply) => reply.code(201).send(await addAudit(context, scope(request), request.body)),
  )

  app.get('/api/audits/:id', { config: visitors, schema: { params: IdParams, response: { 200: contract.AuditView } } }, (request) =>
    service.getAudit(context, scope(request), request.params.id),
  )

  app.patch(
    '/api/audits/:id',
    { config: visitors, schema: { params: IdParams, body: contract.ChangeAudit, response: { 200: contract.AuditView } } },
    (request) => changeAudit(context, scope(request), request.params.id, request.body),
  )

  app.delete('/api/audits/:id', { config: visitors, schema: { params: IdParams, response: { 200: Done } } }, async (request) => {
    await removeAudit(context, scope(request), request.params.id)
    return { ok: true as const }
  })

  app.post(
    '/api/audits/:id/interviews',
    { config: visitors, schema: { params: IdParams, body: contract.AddInterview, response: { 201: contract.InterviewView } } },
    async (request, reply) => reply.code(201).send(await service.addInterview(context, scope(request), request.params.id, request.body)),
  )

  app.delete(
    '/api/audits/:id/interviews/:interviewId',
    { config: visitors, schema: { params: Type.Object({ id: Uuid, interviewId: Uuid }), response: { 200: Done } } },
    async (request) => {
      await service.removeInterview(context, scope(request), request.params.id, request.params.interviewId)
      return { ok: true as const }
    },
  )

  app.get(
    '/api/audits/:id/feasibility',
    { config: visitors, schema: { params: IdParams, response: { 200: contract.Feasibility } } },
    (request) => getFeasibility(context, scope(request), request.params.id),
  )

  app.post(
    '/api/audits/:id/close',
    { config: visitors, schema: { params: IdParams, response: { 200: contract.CloseAuditResult } } },
    (request) => service.closeAudit(context, scope(request), request.params.id),
  )

  app.post('/api/audits/:id/reopen', { config: visitors, schema: { params: IdParams, response: { 200: contract.AuditView } } }, (request) =>
    service.reopenAudit(context, scope(request), request.params.id),
  )
}
