import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { isDatabaseAway } from '../db/errors.ts'
import { AppError, Invalid, NotFound, TooManyTries, Unavailable } from '../errors.ts'
import type { App } from './app.ts'

/** What every refusal looks like. `code` is stable; `message` is one sentence for people; `requestId` finds the log line. */
export const ErrorReply = Type.Object({
  code: Type.String(),
  message: Type.String(),
  detail: Type.Optional(Type.Unknown()),
  requestId: Type.Optional(Type.String()),
})

/** Handlers and hooks throw; here, and nowhere else, an error becomes a reply. Never a stack, never a library's own words. */
export function installErrorReplies(app: App): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toAppError(error)
    if (known) return sendKnown(known, reply)
    request.log.error({ err: error, route: routeOf(request) }, 'request failed')
    return reply.code(500).send({ code: 'unexpected', message: 'Something went wrong on our side.', requestId: request.id })
  })
}

export function unknownRoute(): NotFound {
  return new NotFound('no-such-route', 'There is nothing at this address.')
}

function sendKnown(error: AppError, reply: FastifyReply): FastifyReply {
  if (error instanceof TooManyTries) reply.header('retry-after', error.retryAfterSeconds)
  const { code, message, detail } = error
  return reply.code(error.status).send({ code, message, ...(detail !== undefined && { detail }) })
}

function toAppError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error
  if (isDatabaseAway(error)) return new Unavailable('database-away', 'The database is away for a moment. Try again.')
  const { code, statusCode } = error as Partial<FastifyError>
  // Fastify's own refusals: wrong media type, body too large, broken JSON. Their texts hold nothing that was sent.
  if (code?.startsWith('FST_') && statusCode && statusCode >= 400 && statusCode < 500) {
    return new FrameworkRefusal(statusCode, code, (error as Error).message)
  }
  return undefined
}

class FrameworkRefusal extends Invalid {
  override readonly status: number
  constructor(status: number, code: string, message: string) {
    super(code.toLowerCase().replaceAll('_', '-'), message)
    this.status = status
  }
}

function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? '(none)'}`
}
