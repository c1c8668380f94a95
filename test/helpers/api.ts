import type { Role } from '../../server/platform/http/policy.ts'
import type { TestProduct } from './product.ts'

export type ApiClient = {
  cookie: string
  csrfToken: string
  /** The reply's JSON. @throws when the status is not 2xx, with the body */
  get<T>(path: string): Promise<T>
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T>
  /** The reply as it came, whatever its status. */
  request(method: string, path: string, body?: object): Promise<Response>
}

/** Signs in at a running product, or at another service of it, as the first demo user of that role, or as a named one. */
export async function signIn({ url, demo }: Pick<TestProduct, 'url' | 'demo'>, who: Role | { email: string }): Promise<ApiClient> {
  const user = demo.users.find((one) => (typeof who === 'string' ? one.role === who : one.email === who.email))
  if (!user) throw new Error(`no demo user ${JSON.stringify(who)}`)
  const reply = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ email: user.email, password: user.password }),
  })
  const { csrfToken } = await jsonOf<{ csrfToken: string }>(reply)
  const cookie = reply.headers.getSetCookie().map((one) => one.split(';')[0])[0] ?? ''
  const request = (method: string, path: string, body?: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: { cookie, origin: url, 'x-csrf-token': csrfToken, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  return {
    cookie,
    csrfToken,
    request,
    get: async <T>(path: string) => jsonOf<T>(await request('GET', path)),
    send: async <T>(method: string, path: string, body?: object) => jsonOf<T>(await request(method, path, body)),
  }
}

async function jsonOf<T>(reply: Response): Promise<T> {
  const text = await reply.text()
  if (!reply.ok) throw new Error(`${reply.url} answered ${reply.status}: ${text}`)
  return (text ? JSON.parse(text) : undefined) as T
}
