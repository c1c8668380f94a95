import swagger from '@fastify/swagger'
import { Type } from 'typebox'
import type { App } from './app.ts'

/** Describes every route from its own schemas at /api/openapi.json. Register before the routes. */
export async function installOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Ringback', version: '1', description: 'Everything the console does is a call of this interface.' },
    },
  })
  const schema = { response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true }) } }
  app.get('/api/openapi.json', { config: { policy: 'public' }, schema }, async () => app.swagger())
}
