import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { Forbidden } from '../errors.ts'
import type { Policy } from './policy.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])
export const CSRF_HEADER = 'x-csrf-token'

/**
 * The token a page of ours must send with every unsafe request: made from the session's own secret, so nothing is stored and
 * no other site can know it. `GET /api/session` gives it.
 */
export function csrfTokenOf(sessionToken: string): string {
  return createHmac('sha256', sessionToken).update('ringback:csrf').digest('base64url')
}

/**
 * Unsafe methods are for our own pages only: the browser's Origin, where it sends one, must be this host, and with a session
 * the token must fit too. Signing in has no session yet and relies on Origin; so does what gateways post to public routes.
 * @throws Forbidden
 */
export function assertSameSite(request: FastifyRequest, policy: Policy): void {
  if (SAFE_METHODS.has(request.method)) return
  if (request.headers.origin !== undefined) assertOwnOrigin(request)
  if (policy === 'public') return
  const given = request.headers[CSRF_HEADER]
  const wanted = request.session && csrfTokenOf(request.session.token)
  if (typeof given !== 'string' || !wanted || !isEqual(given, wanted)) {
    throw new Forbidden('bad-csrf-token', 'The page is out of date: reload it and try again.')
  }
}

/** The page that asks was served by this very host and port. @throws Forbidden */
export function assertOwnOrigin(request: FastifyRequest): void {
  const { origin } = request.headers
  if (origin === undefined || hostOf(origin) !== request.host) throw new Forbidden('foreign-origin', 'This page is not ours.')
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}

function isEqual(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}
