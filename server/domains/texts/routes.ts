import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { CountryId, Done, IdParams, Uuid } from '../../platform/http/schema.ts'
import {
  ChangeGateway,
  ConversationPage,
  ConversationQuery,
  ConversationView,
  CreateGateway,
  GatewayView,
  GatewayWithSecret,
  Reply,
  SetTextReply,
  TestResult,
  TextPage,
  TextQuery,
  TextSetUpList,
  TextView,
  WriteFirst,
} from './contract.ts'
import { gatewayRoutes } from './gateway-routes.ts'
import {
  changeGateway,
  createGateway,
  getConversation,
  listConversations,
  listTextSetUp,
  readTexts,
  renewSecret,
  reply,
  sendTest,
  switchTextReply,
  writeFirst,
} from './service.ts'

const readers = { policy: { roles: ['agent', 'supervisor'] } } as const
const administrator = { policy: { roles: ['administrator'] } } as const
const CountryParams = Type.Object({ countryId: CountryId })
const Written = Type.Object({ conversationId: Uuid, text: TextView })

export const routes: RoutePlugin = async (app, context) => {
  app.get('/api/texts', { config: readers, schema: { querystring: ConversationQuery, response: { 200: ConversationPage } } }, (request) =>
    listConversations(context, scope(request), request.query),
  )
  app.post('/api/texts', { config: readers, schema: { body: WriteFirst, response: { 201: Written } } }, async (request, answer) =>
    answer.code(201).send(await writeFirst(context, scope(request), request.body)),
  )
  app.get('/api/texts/:id', { config: readers, schema: { params: IdParams, response: { 200: ConversationView } } }, (request) =>
    getConversation(context, scope(request), request.params.id),
  )
  app.get(
    '/api/texts/:id/messages',
    { config: readers, schema: { params: IdParams, querystring: TextQuery, response: { 200: TextPage } } },
    async (request, answer) => {
      // Never kept by a browser or a proxy: it is decrypted for this one reading.
      void answer.header('cache-control', 'no-store')
      return readTexts(context, scope(request), request.params.id, request.query)
    },
  )
  app.post(
    '/api/texts/:id/reply',
    { config: readers, schema: { params: IdParams, body: Reply, response: { 201: TextView } } },
    async (request, answer) => answer.code(201).send(await reply(context, scope(request), request.params.id, request.body)),
  )

  app.get('/api/text-setup', { config: administrator, schema: { response: { 200: TextSetUpList } } }, async () => ({
    countries: await listTextSetUp(context),
  }))
  app.put(
    '/api/text-setup/:countryId/reply',
    { config: administrator, schema: { params: CountryParams, body: SetTextReply, response: { 200: Done } } },
    async (request) => {
      await switchTextReply(context, request.user.id, request.params.countryId, request.body.isOn)
      return { ok: true as const }
    },
  )
  app.post(
    '/api/text-setup/:countryId/test',
    { config: administrator, schema: { params: CountryParams, response: { 200: TestResult } } },
    (request) => sendTest(context, request.user.id, request.params.countryId),
  )
  app.post(
    '/api/text-gateways',
    { config: administrator, schema: { body: CreateGateway, response: { 201: GatewayWithSecret } } },
    async (request, answer) => answer.code(201).send(await createGateway(context, request.user.id, request.body)),
  )
  app.patch(
    '/api/text-gateways/:id',
    { config: administrator, schema: { params: IdParams, body: ChangeGateway, response: { 200: GatewayView } } },
    (request) => changeGateway(context, request.user.id, request.params.id, request.body),
  )
  app.post(
    '/api/text-gateways/:id/secret',
    { config: administrator, schema: { params: IdParams, response: { 200: GatewayWithSecret } } },
    (request) => renewSecret(context, request.user.id, request.params.id),
  )
  await gatewayRoutes(app, context)
}
