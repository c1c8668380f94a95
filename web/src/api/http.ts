import { refusalText } from '../text/refusal.ts'
import { currentMs } from '../text/time.svelte.ts'

/** One refusal of the server, its sentence in the console's language; `code` is stable and may be switched on. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  /** More of it, as the address's contract says. */
  readonly detail: unknown
  constructor(status: number, code: string, message: string, detail?: unknown) {
    super(refusalText(message, detail))
    this.detail = detail
    this.status = status
    this.code = code
  }
}

/** Nothing came back: the server or the network is away. What was sent may be sent again. */
export class Unreachable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(refusalText(message), options)
  }
}

let csrfToken = ''
let onSessionEnd: () => void = () => {}
let answeredAtMs = currentMs()

export function setCsrfToken(token: string): void {
  csrfToken = token
}

/** Told when the session has ended, whichever request or socket noticed it. */
export function whenSessionEnds(listener: () => void): void {
  onSessionEnd = listener
}
/** For what is not a request: a socket that was closed with its session. */
export function sessionEnded(): void {
  onSessionEnd()
}
/** Milliseconds since 1970 of the service's last answer, from which it counts how long nobody did anything. */
export function lastAnsweredAt(): number {
  return answeredAtMs
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * One request to the service. Cookies carry the session; every unsafe method carries the CSRF token.
 * @throws ApiError with the server's sentence, Unreachable when there was no answer
 */
export async function request<Reply>(method: Method, path: string, body?: unknown): Promise<Reply> {
  return replyOf<Reply>(await send(method, path, body), path)
}

/** One file, after the fields that say what is to be done with it. @throws as `request` */
export async function upload<Reply>(path: string, file: Blob, fields: Record<string, string> = {}): Promise<Reply> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', file, 'file')
  return replyOf<Reply>(await send('POST', path, form), path)
}

async function replyOf<Reply>(response: Response, path: string): Promise<Reply> {
  const text = await response.text()
  const reply: unknown = text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {}
  if (response.ok) return reply as Reply
  const { code = 'unknown', message = response.statusText, detail } = reply as { code?: string; message?: string; detail?: unknown }
  if (response.status === 401 && path !== '/api/session') onSessionEnd()
  throw new ApiError(response.status, code, message, detail)
}

async function send(method: Method, path: string, body: unknown): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const isForm = body instanceof FormData
  if (body !== undefined && !isForm) headers['content-type'] = 'application/json'
  if (method !== 'GET') headers['x-csrf-token'] = csrfToken
  try {
    const response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      body: isForm ? body : body === undefined ? null : JSON.stringify(body),
    })
    answeredAtMs = currentMs()
    return response
  } catch (error) {
    throw new Unreachable('The server cannot be reached.', { cause: error })
  }
}

/** "?status=waiting&limit=50", leaving out what is undefined. */
export function queryString(values: Record<string, string | number | undefined>): string {
  const entries = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  return entries.length ? `?${new URLSearchParams(entries).toString()}` : ''
}
