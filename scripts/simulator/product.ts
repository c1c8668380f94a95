import { setTimeout as wait } from 'node:timers/promises'
import type { Demo } from './demo.ts'

/** What the product holds at one moment, by id: which callback each message belongs to, and why each callback is to be made. */
export type Holdings = { voicemails: Map<string, string | null>; callbacks: Map<string, string> }

/** Asks the running product through its API, as the demo's supervisor would. */
export type Product = {
  holdings(): Promise<Holdings>
}

/** The product answered with something else than 200. */
export class ProductRefused extends Error {
  readonly code = 'product-refused'
}

/**
 * Signs in as the demo's supervisor.
 * @throws ProductRefused, or fetch's own error when nothing listens there
 */
export async function signIn(demo: Pick<Demo, 'consoleUrl' | 'users'>): Promise<Product> {
  const supervisor = demo.users.find(({ role }) => role === 'supervisor')
  if (!supervisor) throw new ProductRefused('demo.json names no supervisor')
  const { get } = await openSession(demo.consoleUrl, supervisor)
  const list = <T>(path: string): Promise<T[]> => listAll<T>(path, get)
  return {
    holdings: async () => ({
      voicemails: new Map(
        (await list<{ id: string; callbackId: string | null }>('/api/voicemails')).map((row) => [row.id, row.callbackId]),
      ),
      callbacks: new Map((await list<{ id: string; reason: string }>('/api/callbacks')).map((row) => [row.id, row.reason])),
    }),
  }
}

export type Session = {
  userId: string
  /** @throws ProductRefused */
  get<T>(path: string): Promise<T>
  /** @throws ProductRefused */
  send(method: string, path: string, body: object): Promise<void>
}

/** Signs somebody in. @throws ProductRefused, or fetch's own error when nothing listens there */
export async function openSession(consoleUrl: string, user: { email: string; password: string }): Promise<Session> {
  const origin = new URL(consoleUrl).origin
  const ask = async (method: string, path: string, headers: Record<string, string>, body?: object) => {
    const reply = await fetch(new URL(path, consoleUrl), {
      method,
      headers: { origin, ...headers, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!reply.ok) throw new ProductRefused(`${new URL(reply.url).pathname}: ${reply.status}`)
    return reply
  }
  const signedIn = await ask('POST', '/api/session', {}, { email: user.email, password: user.password })
  const known = (await signedIn.json()) as { user: { id: string }; csrfToken: string }
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const headers = { cookie, 'x-csrf-token': known.csrfToken }
  return {
    userId: known.user.id,
    get: async <T>(path: string) => (await (await ask('GET', path, headers)).json()) as T,
    send: async (method, path, body) => {
      await (await ask(method, path, headers, body)).body?.cancel()
    },
  }
}

/** All pages of a list. */
async function listAll<T>(path: string, get: Session['get']): Promise<T[]> {
  const rows: T[] = []
  for (let after = ''; ;) {
    const page = await get<{ items: T[]; next: string | null }>(`${path}?limit=200${after}`)
    rows.push(...page.items)
    if (page.next === null) return rows
    after = `&after=${encodeURIComponent(page.next)}`
  }
}

/** What came of the messages (or missed calls, or texts) of one run. */
export type Kept = { recorded: number; lost: number; doubled: number }

const SETTLE_MS = 30_000

/**
 * Waits until the product holds what the workers left, at most half a minute, and compares. Each worker of a run has a number
 * of its own, so each message must end in another callback: two in one are the same message kept twice.
 * @param expected how many messages (or missed calls, texts) were left
 * @param reason null for voicemails, else the reason of the callbacks to count
 */
export async function compare(product: Product, before: Holdings, expected: number, reason: string | null): Promise<Kept> {
  const deadline = Date.now() + SETTLE_MS
  for (;;) {
    const kept = difference(before, await product.holdings(), expected, reason)
    if (kept.lost === 0 || Date.now() > deadline) return kept
    await wait(1000)
  }
}

/** The comparison itself, for holdings taken before and after. */
export function difference(before: Holdings, after: Holdings, expected: number, reason: string | null): Kept {
  if (reason !== null) {
    const recorded = [...after.callbacks].filter(([id, why]) => why === reason && !before.callbacks.has(id)).length
    return { recorded, lost: Math.max(0, expected - recorded), doubled: Math.max(0, recorded - expected) }
  }
  const added = [...after.voicemails].filter(([id]) => !before.voicemails.has(id))
  // A message whose caller withheld the number belongs to no callback; it stands for itself.
  const callbacks = new Set(added.map(([id, callbackId]) => callbackId ?? id))
  return { recorded: added.length, lost: Math.max(0, expected - callbacks.size), doubled: added.length - callbacks.size }
}
