/**
 * The service worker of /intake: answers with the page's own files when there is no connection. It keeps nothing else: what
 * goes to or comes from /api never passes through here, so no cache can hold it.
 */
declare const SHELL_FILES: readonly string[]
declare const SHELL_VERSION: string

type Waiting = Event & { waitUntil(work: Promise<unknown>): void }
type Asked = Event & { request: Request; respondWith(reply: Promise<Response>): void }
type ServiceWorkerScope = {
  location: Location
  skipWaiting(): Promise<void>
  clients: { claim(): Promise<void> }
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void
  addEventListener(type: 'fetch', listener: (event: Asked) => void): void
}
const worker = self as unknown as ServiceWorkerScope

const PREFIX = 'ringback-intake-shell-'
const CACHE = `${PREFIX}${SHELL_VERSION}`
const shell = new Set(SHELL_FILES)

worker.addEventListener('install', (event) => event.waitUntil(install()))
worker.addEventListener('activate', (event) => event.waitUntil(activate()))
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== worker.location.origin) return
  const file = request.mode === 'navigate' && /^\/intake(\/|$)/.test(pathname) ? '/intake' : pathname
  if (shell.has(file)) event.respondWith(fromShell(file, request))
  else if (file.startsWith('/assets/')) event.respondWith(keepAsset(request))
})

/** All or nothing: half a shell would open to an empty page at the factory. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll([...shell].map((file) => new Request(file, { cache: 'reload' })))
  // The page loads all its files at once, so that a new version under an open form changes nothing of it.
  await worker.skipWaiting()
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
  await worker.clients.claim()
}

async function fromShell(file: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(file)) ?? fetch(request)
}

/** Parts of fonts that only some texts need: named by their content, so the first answer is right for ever. */
async function keepAsset(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request)
  if (kept) return kept
  const reply = await fetch(request)
  if (reply.ok) await cache.put(request, reply.clone())
  return reply
}
