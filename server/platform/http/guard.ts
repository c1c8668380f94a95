import type { RouteOptions } from 'fastify'
import { Unauthorised } from '../errors.ts'
import type { App } from './app.ts'
import { assertSameSite } from './csrf.ts'
import { authorise, type Policy, type Session } from './policy.ts'
import { ErrorReply } from './error-replies.ts'

/** One line of the route table, for tests that walk all of it. */
export type RouteEntry = { method: string; url: string; policy: Policy }

/** A route that does not say who may use it. Thrown while the app is built, so it never serves. */
export class RouteWithoutPolicy extends Error {
  override readonly name = 'RouteWithoutPolicy'
}

/** A route under /api whose replies are not described. */
export class RouteWithoutSchema extends Error {
  override readonly name = 'RouteWithoutSchema'
}

export type GuardOptions = {
  cookieName: string
  /** Resolves the cookie's token; undefined when there is no such session, or no longer. */
  findSession: (token: string) => Promise<Session | undefined>
}

declare module 'fastify' {
  interface FastifyInstance {
    routeTable: RouteEntry[]
  }
}

/**
 * Session, permission and cross-site check, in this order, before a body is read. Register before any route.
 * Called on the root instance, not as a plugin: hooks must hold for every route.
 */
export function installGuard(app: App, { cookieName, findSession }: GuardOptions): void {
  app.decorate('routeTable', [])
  app.decorateRequest('session', undefined)
  app.decorateRequest('user', {
    getter() {
      if (!this.session) throw new Unauthorised()
      return this.session.user
    },
  })
  app.addHook('onRoute', (route) => describeRoute(app, route))
  app.addHook('onRequest', async (request) => {
    if (request.is404) return
    const { policy } = request.routeOptions.config
    if (!policy) throw new RouteWithoutPolicy(request.routeOptions.url)
    const token = request.cookies[cookieName]
    // A public route works while the database is away; only sign-in and the like look at who asks.
    if (token && policy !== 'public') request.session = await findSession(token)
    authorise(policy, request.session?.user)
    assertSameSite(request, policy)
  })
}

function describeRoute(app: App, route: RouteOptions): void {
  const name = `${String(route.method)} ${route.url}`
  const policy = route.config?.policy
  if (!policy) throw new RouteWithoutPolicy(`${name} declares no policy: add config: { policy: … }`)
  if (route.url.startsWith('/api/')) route.schema = withErrorReplies(name, route.schema)
  for (const method of [route.method].flat()) app.routeTable.push({ method, url: route.url, policy })
}

/** Adds how refusals look; what is not described is not sent. */
function withErrorReplies(name: string, schema: RouteOptions['schema']): RouteOptions['schema'] {
  if (!schema?.response) throw new RouteWithoutSchema(`${name} describes no replies: add schema: { response: … }`)
  return { ...schema, response: { ...schema.response, '4xx': ErrorReply, '5xx': ErrorReply } }
}
