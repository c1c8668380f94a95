import { request, setCsrfToken } from './http.ts'

export type Role = 'agent' | 'supervisor' | 'case-handler' | 'auditor' | 'custodian' | 'client' | 'administrator'
export type SignedIn = { id: string; email: string; displayName: string; role: Role; countryIds: string[] }
type SessionReply = { user: SignedIn; csrfToken: string }

async function keep(reply: Promise<SessionReply>): Promise<SignedIn> {
  const { user, csrfToken } = await reply
  setCsrfToken(csrfToken)
  return user
}

export const signIn = (email: string, password: string) => keep(request('POST', '/api/session', { email, password }))
/** The person whose cookie this browser holds. @throws ApiError 401 when there is none */
export const whoAmI = () => keep(request('GET', '/api/session'))
export const signOut = () => request('DELETE', '/api/session')
