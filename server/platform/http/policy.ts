import type { FastifyRequest } from 'fastify'
import { Forbidden, Unauthorised } from '../errors.ts'

/** Who somebody is to the guard; what each may do is said route by route. */
export const ROLES = ['agent', 'supervisor', 'case-handler', 'auditor', 'custodian', 'client', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/** Declared by every route as `config: { policy }`; a route without one fails the build of the app. */
export type Policy = { roles: readonly Role[] } | 'public' | 'signed-in'

export type User = {
  id: string
  role: Role
  displayName: string
  email: string
  /** Rows this user may see, by country; see `Scope`. */
  countryIds: string[]
  factoryIds: string[]
  /** The brand a client user belongs to; null for everyone else. */
  clientId: string | null
}

/** @property token the cookie's value; never logged, never stored */
export type Session = { id: string; token: string; user: User; expiresAt: Date }

/**
 * Which rows somebody may see; services filter by it. Countries and factories bind the roles that `domain.md` binds to them;
 * an empty list means none, never all.
 */
export type Scope = Readonly<{ userId: string; role: Role; countryIds: string[]; factoryIds: string[]; clientId: string | null }>

/**
 * The one place that says yes or no to a route or live topic, before anything of it runs.
 * @throws Unauthorised when nobody is signed in, Forbidden when the role is not among those named
 */
export function authorise(policy: Policy, user: User | undefined): void {
  if (policy === 'public') return
  if (!user) throw new Unauthorised()
  if (policy === 'signed-in') return
  if (!policy.roles.includes(user.role)) throw new Forbidden()
}

export function scopeOf({ id, role, countryIds, factoryIds, clientId }: User): Scope {
  return { userId: id, role, countryIds, factoryIds, clientId }
}

/** The row filter of a request's user. @throws Unauthorised on a public route nobody is signed in to */
export function scope(request: FastifyRequest): Scope {
  return scopeOf(request.user)
}

/** The session of a request that the guard let in. @throws Unauthorised on a public route nobody is signed in to */
export function sessionOf(request: FastifyRequest): Session {
  if (!request.session) throw new Unauthorised()
  return request.session
}

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy
  }
  interface FastifyRequest {
    /** Undefined on public routes without a session. */
    session: Session | undefined
    /** The signed-in user. @throws Unauthorised when there is none (public routes only) */
    readonly user: User
  }
}
