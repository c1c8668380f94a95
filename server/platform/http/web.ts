import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { App } from './app.ts'
import { unknownRoute } from './error-replies.ts'

/** Pages with an address of their own. */
const pages: Record<string, string> = { '': 'index.html', intake: 'intake.html', 'intake/': 'intake.html' }

/**
 * The built console. Paths without a file show the console's own page, which knows its screens; unknown paths of the
 * interface stay 404. Files under assets/ have a hash in their names and may be kept for ever.
 * @param folder web/dist; when it was not built, only the interface is served
 */
export async function installWeb(app: App, folder: string): Promise<void> {
  if (!existsSync(`${folder}/index.html`)) {
    app.log.warn('the console is not built: only the interface is served')
    app.setNotFoundHandler(async () => {
      throw unknownRoute()
    })
    return
  }
  await app.register(fastifyStatic, { root: folder, serve: false, index: false })
  app.get('/*', { config: { policy: 'public', rateLimit: false }, schema: { hide: true } }, async (request, reply) => {
    const path = (request.params as { '*': string })['*']
    if (path.startsWith('assets/')) return reply.sendFile(path, { maxAge: '1y', immutable: true })
    // A page or service worker kept too long would ask for files that are no longer there.
    reply.header('cache-control', 'no-cache')
    return reply.sendFile(pages[path] ?? path, { cacheControl: false })
  })
  app.setNotFoundHandler(async (request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    if (!wantsPage || /^\/(api|live|assets)(\/|$)/.test(request.url)) throw unknownRoute()
    return reply.sendFile('index.html', { cacheControl: false })
  })
}
