/**
 * The requests of one ARI link: a pool of connections (the built-in fetch opens them without end, and Asterisk refuses the
 * hundred-and-first), a deadline on each request from the moment it is asked for, credentials in a header.
 */
import { Readable } from 'node:stream'
import { errors, Pool } from 'undici'
import type { Dispatcher } from 'undici'
import type { Request } from 'swagger-client'
import { AriRefused, AriUnreachable } from './errors.ts'
import type { UnreachableKind } from './errors.ts'

const CONNECTIONS = 32
/** No answer to a command comes near this; a recording is streamed instead. */
const LARGEST_REPLY_BYTES = 32 * 1024 * 1024

export type AriHttp = {
  /** @throws AriRefused for a status of 300 and above, AriUnreachable for all else */
  send(request: Request): Promise<Buffer>
  /** Resolves once the status is there; the stream then fails with AriUnreachable if it is cut or falls silent. */
  stream(request: Request): Promise<Readable>
  /** Ends all connections; what is under way rejects. */
  close(): Promise<void>
}

export type HttpOptions = {
  url: string
  authorization: string
  deadlineMs: (operation: string) => number
  fileIdleDeadlineMs: number
  onRequest: () => void
}

export function createHttp({ url, authorization, deadlineMs, fileIdleDeadlineMs, onRequest }: HttpOptions): AriHttp {
  const pool = new Pool(new URL(url).origin, { connections: CONNECTIONS })
  const headers = { authorization, 'content-type': 'application/json' }

  const request = async ({ method, path, body }: Request, options: Partial<Dispatcher.RequestOptions>) => {
    onRequest()
    return pool.request({ method, path, headers, body: body ?? null, ...options })
  }

  return {
    async send(asked) {
      // Not AbortSignal.timeout(): each would stay in memory, request and all, until its time has come.
      const deadline = new AbortController()
      const timer = setTimeout(() => deadline.abort(new DeadlinePassed()), deadlineMs(asked.operation))
      try {
        const reply = await request(asked, { signal: deadline.signal })
        const bytes = await readAll(reply.body)
        if (reply.statusCode >= 300) throw refusal(asked.operation, reply.statusCode, bytes)
        return bytes
      } catch (error) {
        throw asUnreachable(asked.operation, error)
      } finally {
        clearTimeout(timer)
      }
    },

    async stream(asked) {
      const limit = { headersTimeout: deadlineMs(asked.operation), bodyTimeout: fileIdleDeadlineMs }
      try {
        const reply = await request(asked, limit)
        if (reply.statusCode >= 300) throw refusal(asked.operation, reply.statusCode, await readAll(reply.body))
        return Readable.from(withNamedErrors(asked.operation, reply.body), { objectMode: false })
      } catch (error) {
        throw asUnreachable(asked.operation, error)
      }
    },

    async close() {
      await pool.destroy()
    },
  }
}

class DeadlinePassed extends Error {}

async function readAll(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > LARGEST_REPLY_BYTES) throw new RangeError('reply without end')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

async function* withNamedErrors(operation: string, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* body
  } catch (error) {
    throw asUnreachable(operation, error)
  }
}

function refusal(operation: string, status: number, body: Buffer): AriRefused {
  return new AriRefused(operation, status, reasonOf(body))
}

/** Asterisk's own sentence, short and without anything that may be a phone number: it ends up in logs. */
function reasonOf(body: Buffer): string {
  let reason: unknown
  try {
    const parsed = JSON.parse(body.toString('utf8')) as { message?: unknown; error?: unknown } | null
    reason = parsed?.message ?? parsed?.error
  } catch {
    // Not JSON: a page of some proxy, or Asterisk's own 401. The status says enough.
  }
  return typeof reason === 'string' ? reason.slice(0, 200).replace(/\d{5,}/g, '…') : 'without a reason'
}

function asUnreachable(operation: string, error: unknown): Error {
  if (error instanceof AriRefused) return error
  return new AriUnreachable(operation, kindOf(error), { cause: error })
}

function kindOf(error: unknown): UnreachableKind {
  if (error instanceof errors.ClientDestroyedError || error instanceof errors.ClientClosedError) return 'not-connected'
  if (error instanceof DeadlinePassed || error instanceof errors.ConnectTimeoutError) return 'deadline'
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return 'deadline'
  if (error instanceof errors.HTTPParserError || error instanceof RangeError) return 'rubbish'
  return 'network'
}
