import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { Done, IdParams } from '../../platform/http/schema.ts'
import {
  AgentList,
  AgentPhone,
  AgentShifts,
  AgentShiftsList,
  AgentView,
  CertificateParams,
  ChangeAgent,
  SaveAgent,
  SaveShifts,
  SetAgentStatus,
  SetCallMode,
  ShiftParams,
} from './contract.ts'
import {
  certify,
  changeAgent,
  listAgents,
  listAgentShifts,
  retireAgent,
  revokeCertificate,
  savePhone,
  saveShifts,
  setCallMode,
  setOwnStatus,
} from './service.ts'

const certificateRoute = {
  config: { policy: { roles: ['supervisor'] } },
  schema: { params: CertificateParams, response: { 200: AgentView } },
} as const
const administrator = { policy: { roles: ['administrator'] } } as const

export const routes: RoutePlugin = (app, context) => {
  const deps = { ...context, ...context.agentTelephony }

  app.get(
    '/api/agents',
    { config: { policy: { roles: ['agent', 'supervisor', 'administrator'] } }, schema: { response: { 200: AgentList } } },
    async (request) => ({ agents: await listAgents(context, request.user.countryIds) }),
  )

  app.post(
    '/api/agents/me/status',
    { config: { policy: { roles: ['agent'] } }, schema: { body: SetAgentStatus, response: { 200: AgentView } } },
    (request) => setOwnStatus(context, request.user.id, request.body),
  )

  app.put(
    '/api/agents/me/call-mode',
    { config: { policy: { roles: ['agent'] } }, schema: { body: SetCallMode, response: { 200: AgentView } } },
    (request) => setCallMode(context, scope(request), { agentUserId: request.user.id, ...request.body }),
  )

  app.put(
    '/api/agents/:id/call-mode',
    { config: { policy: { roles: ['supervisor'] } }, schema: { params: IdParams, body: SetCallMode, response: { 200: AgentView } } },
    (request) => setCallMode(context, scope(request), { agentUserId: request.params.id, ...request.body }),
  )

  app.put('/api/agents/:id/certificates/:languageCode', certificateRoute, (request) =>
    certify(context, scope(request), { agentUserId: request.params.id, languageCode: request.params.languageCode }),
  )

  app.delete('/api/agents/:id/certificates/:languageCode', certificateRoute, (request) =>
    revokeCertificate(context, scope(request), { agentUserId: request.params.id, languageCode: request.params.languageCode }),
  )

  app.get(
    '/api/shifts',
    { config: { policy: { roles: ['supervisor'] } }, schema: { response: { 200: AgentShiftsList } } },
    async (request) => ({ agents: await listAgentShifts(context, scope(request)) }),
  )

  app.put(
    '/api/agents/:id/shifts/:countryId',
    { config: { policy: { roles: ['supervisor'] } }, schema: { params: ShiftParams, body: SaveShifts, response: { 200: AgentShifts } } },
    (request) =>
      saveShifts(context, scope(request), { agentUserId: request.params.id, countryId: request.params.countryId }, request.body.plan),
  )

  app.post('/api/agents', { config: administrator, schema: { body: SaveAgent, response: { 201: AgentPhone } } }, async (request, reply) =>
    reply.code(201).send(await savePhone(deps, request.user.id, request.body)),
  )

  app.patch(
    '/api/agents/:id',
    {
      config: { policy: { roles: ['supervisor', 'administrator'] } },
      schema: { params: IdParams, body: ChangeAgent, response: { 200: AgentView } },
    },
    (request) => changeAgent(context, scope(request), request.params.id, request.body),
  )

  app.delete('/api/agents/:id', { config: administrator, schema: { params: IdParams, response: { 200: Done } } }, async (request) => {
    await retireAgent(deps, request.user.id, request.params.id)
    return { ok: true as const }
  })
}
