import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import multipart from '@fastify/multipart'
import rateLimit from '@fastify/rate-limit'
import { TooManyTries } from '../errors.ts'
import { MINUTE } from '../time/duration.ts'
import type { App } from './app.ts'

const MEGABYTE = 1024 * 1024

/** @property isHttps whether browsers reach us over TLS (a proxy's, usually) */
export type SecurityOptions = { isHttps: boolean; maxRequestsPerMinute: number }

/** Headers, cookies, request rate and upload limits. Nothing of another origin is ever loaded by our pages. */
export async function installSecurity(app: App, { isHttps, maxRequestsPerMinute }: SecurityOptions): Promise<void> {
  await app.register(cookie)
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: contentPolicy(isHttps) },
    strictTransportSecurity: isHttps ? { maxAge: 365 * 24 * 3600, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  })
  await app.register(rateLimit, {
    max: maxRequestsPerMinute,
    timeWindow: MINUTE,
    errorResponseBuilder: (_request, { ttl }) =>
      new TooManyTries('too-many-requests', 'Too many requests from this address.', Math.ceil(ttl / 1000)),
  })
  await app.register(multipart, { limits: { fileSize: 20 * MEGABYTE, files: 1, fields: 20, fieldSize: 64 * 1024 } })
  // A form of another site may send text/plain without asking first; nothing of ours does.
  app.removeContentTypeParser('text/plain')
}

function contentPolicy(isHttps: boolean): Record<string, string[]> {
  return {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'font-src': ["'self'"],
    'connect-src': ["'self'"],
    'media-src': ["'self'", 'blob:'],
    'worker-src': ["'self'"],
    'manifest-src': ["'self'"],
    'form-action': ["'self'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
    ...(isHttps && { 'upgrade-insecure-requests': [] }),
  }
}
