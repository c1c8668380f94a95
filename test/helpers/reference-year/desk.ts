/** One person's console without a screen: a session of the API, from an address of their own. */
import { Agent, request } from 'undici'
import { multipart } from '../roster-file.ts'

export type Desk = {
  userId: string
  cookie: string
  get<T>(path: string): Promise<T>
  send<T>(method: 'POST' | 'PUT', path: string, body?: object): Promise<T>
  /** A roster's file with its plan. */
  upload<T>(path: string, plan: object, file: Buffer): Promise<T>
  close(): Promise<void>
}

/** The service said no. */
export class DeskRefused extends Error {
  readonly status: number
  readonly code: string
  constructor(what: string, status: number, body: string) {
    super(`${what} answered ${status}: ${body}`)
    this.status = status
    this.code = codeIn(body)
  }
}

/** @param address loopback address the person works from: requests are limited by address */
export async function openDesk(url: string, user: { email: string; password: string }, address: string): Promise<Desk> {
  const dispatcher = new Agent({ localAddress: address, pipelining: 1, connections: 2 })
  const ask = async <T>(method: string, path: string, headers: Record<string, string>, body?: string | Buffer) => {
    const reply = await request(`${url}${path}`, {
      dispatcher,
      method: method as 'GET',
      headers: { origin: url, ...headers },
      ...(body && { body }),
    })
    const text = await reply.body.text()
    if (reply.statusCode >= 300) throw new DeskRefused(`${method} ${path}`, reply.statusCode, text)
    return { value: (text ? JSON.parse(text) : undefined) as T, setCookie: [reply.headers['set-cookie'] ?? []].flat() }
  }
  const json = { 'content-type': 'application/json' }
  const signedIn = await ask<{ user: { id: string }; csrfToken: string }>(
    'POST',
    '/api/session',
    json,
    JSON.stringify({ email: user.email, password: user.password }),
  )
  const cookie = signedIn.setCookie.map((each) => each.split(';')[0]).join('; ')
  const headers = { cookie, 'x-csrf-token': signedIn.value.csrfToken }
  return {
    ...{ userId: signedIn.value.user.id, cookie },
    get: async <T>(path: string) => (await ask<T>('GET', path, headers)).value,
    send: async <T>(method: string, path: string, body?: object) =>
      (await ask<T>(method, path, body ? { ...headers, ...json } : headers, body && JSON.stringify(body))).value,
    upload: async <T>(path: string, plan: object, file: Buffer) => {
      const { payload, contentType } = multipart(file, plan)
      return (await ask<T>('POST', path, { ...headers, 'content-type': contentType }, payload)).value
    },
    close: () => dispatcher.close(),
  }
}

function codeIn(body: string): string {
  try {
    return (JSON.parse(body) as { code?: string }).code ?? ''
  } catch (error) {
    if (error instanceof SyntaxError) return ''
    throw error
  }
}
