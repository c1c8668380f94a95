import type { RoutePlugin } from '../../context.ts'
import { csrfTokenOf } from '../../platform/http/csrf.ts'
import { type Session, sessionOf } from '../../platform/http/policy.ts'
import { Done, IdParams } from '../../platform/http/schema.ts'
import { HOUR, MINUTE } from '../../platform/time/duration.ts'
import { CurrentSession, SessionList, SignIn } from './contract.ts'
import { endSession, listSessions, signIn } from './session-service.ts'

const signedIn = { policy: 'signed-in' } as const

/** Signing in and out. The cookie is for this browser and this host alone; scripts of a page cannot read it. */
export const routes: RoutePlugin = (app, { db, cipher, config }) => {
  const { name, isSecure } = config.http.cookie
  const cookie = { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure } as const

  app.post(
    '/api/session',
    // Hashing a password is work for us: fewer a minute than other requests. A whole office may share an address.
    {
      config: { policy: 'public', rateLimit: { max: 300, timeWindow: MINUTE } },
      schema: { body: SignIn, response: { 200: CurrentSession } },
    },
    async (request, reply) => {
      const { headers, ip: address, cookies } = request
      const userAgent = headers['user-agent'] ?? ''
      const session = await signIn({ db, cipher }, { ...request.body, address, userAgent, replaces: cookies[name] })
      reply.setCookie(name, session.token, { ...cookie, maxAge: (12 * HOUR) / 1000 })
      return toCurrent(session)
    },
  )

  app.get('/api/session', { config: signedIn, schema: { response: { 200: CurrentSession } } }, async (request) =>
    toCurrent(sessionOf(request)),
  )

  app.delete('/api/session', { config: signedIn, schema: { response: { 200: Done } } }, async (request, reply) => {
    const { id, user } = sessionOf(request)
    await endSession(db, user.id, id)
    reply.clearCookie(name, cookie)
    return { ok: true as const }
  })

  app.get('/api/sessions', { config: signedIn, schema: { response: { 200: SessionList } } }, async (request) => ({
    sessions: await listSessions(db, sessionOf(request)),
  }))

  app.delete('/api/sessions/:id', { config: signedIn, schema: { params: IdParams, response: { 200: Done } } }, async (request) => {
    await endSession(db, request.user.id, request.params.id)
    return { ok: true as const }
  })
}

function toCurrent({ user, token, expiresAt }: Session): CurrentSession {
  return { user, csrfToken: csrfTokenOf(token), expiresAt: expiresAt.toISOString() }
}
