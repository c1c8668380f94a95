/** What SMS gateways post to us: not signed in, but signed. The signature is over the very bytes, so they are kept for it. */
import type { FastifyRequest } from 'fastify'
import type { RoutePlugin } from '../../context.ts'
import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../platform/crypto/webhook-signature.ts'
import { Invalid } from '../../platform/errors.ts'
import type { App } from '../../platform/http/app.ts'
import { Done, IdParams } from '../../platform/http/schema.ts'
import { MINUTE } from '../../platform/time/duration.ts'
import { systemClock } from '../../platform/time/clock.ts'
import { DeliveryReport, IncomingText, Kept } from './contract.ts'
import { authenticateGateway, BadSignature, GatewayNotFound, ingestFromGateway, recordReport } from './service.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was sent; only on routes for gateways. */
    bodyBytes?: Buffer
    gateway?: { id: string; countryId: string }
  }
}

/** A gateway that catches up after an outage is no attack. */
const rateLimit = { max: 3000, timeWindow: MINUTE }
const config = { policy: 'public', rateLimit } as const
const BODY_LIMIT = 512 * 1024

export const gatewayRoutes: RoutePlugin = async (app, context) => {
  await app.register(async (child) => {
    const gateways = child as unknown as App
    gateways.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
      request.bodyBytes = body as Buffer
      done(null, parseJson(body as Buffer))
    })
    // Before the body's shape is looked at: a stranger is told nothing of it.
    gateways.addHook('preValidation', async (request) => {
      const { id } = request.params as { id: string }
      if (!/^[0-9a-f-]{36}$/.test(id)) throw new BadSignature()
      const signed = {
        timestamp: only(request, TIMESTAMP_HEADER),
        signature: only(request, SIGNATURE_HEADER),
        body: request.bodyBytes ?? Buffer.alloc(0),
      }
      // Real time: what was signed a minute ago was signed a minute ago whatever the demo's calendar says.
      request.gateway = await authenticateGateway(context, id, signed, systemClock.now())
    })

    gateways.post(
      '/api/text-gateways/:id/incoming',
      { config, bodyLimit: BODY_LIMIT, schema: { params: IdParams, body: IncomingText, response: { 200: Kept } } },
      (request) => ingestFromGateway(context, request.gateway!, request.body),
    )
    gateways.post(
      '/api/text-gateways/:id/delivery',
      { config, bodyLimit: BODY_LIMIT, schema: { params: IdParams, body: DeliveryReport, response: { 200: Done } } },
      async (request) => {
        const { id, status } = request.body
        if (!(await recordReport(context, { gatewayId: request.gateway!.id, id, status }))) throw new GatewayNotFound()
        return { ok: true as const }
      },
    )
  })
}

function only(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** What cannot be read is refused after the signature, by its shape. */
function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Invalid('bad-json', 'The body is not JSON.')
  }
}
