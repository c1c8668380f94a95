import type { RoutePlugin } from '../../../context.ts'
import { scope } from '../../../platform/http/policy.ts'
import { Done, IdParams } from '../../../platform/http/schema.ts'
import { CallbackView, MyOffer } from '../contract.ts'
import { acceptOffer, declineOffer, findOffer, getCallback, listenFirst } from '../service.ts'

const agents = { policy: { roles: ['agent'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/offers/mine', { config: agents, schema: { response: { 200: MyOffer } } }, async ({ user }) => ({
    offer: await findOffer(context, user.id),
  }))

  app.post('/api/offers/:id/accept', { config: agents, schema: { params: IdParams, response: { 200: CallbackView } } }, async (request) => {
    const { callbackId } = await acceptOffer(context, { offerId: request.params.id, agentUserId: request.user.id })
    return getCallback(context, scope(request), callbackId)
  })

  app.post('/api/offers/:id/listen', { config: agents, schema: { params: IdParams, response: { 200: Done } } }, async (request) => {
    await listenFirst(context, { offerId: request.params.id, agentUserId: request.user.id })
    return { ok: true as const }
  })

  app.post('/api/offers/:id/decline', { config: agents, schema: { params: IdParams, response: { 200: Done } } }, async (request) => {
    await declineOffer(context, { offerId: request.params.id, agentUserId: request.user.id })
    return { ok: true as const }
  })
}
