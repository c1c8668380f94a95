/**
 * An SMS gateway's HTTP interface: one POST for each text, signed, never redirected, never waited for longer than ten seconds from
 * the first byte to the last. The status decides: a gateway that said 2xx has the text, whatever becomes of its answer.
 */
import { Agent, errors, request } from 'undici'
import { signatureOf, SIGNATURE_HEADER, TIMESTAMP_HEADER } from '../../platform/crypto/webhook-signature.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { SendResult, TextOrder } from '../../domains/texts/ports.ts'

const DEADLINE_MS = 10 * SECOND
const LARGEST_REPLY_BYTES = 64 * 1024
const NO_REASON = 'no reason given'

export type HttpGateway = {
  send(order: TextOrder, route: { url: string; secret: string }): Promise<SendResult>
  close(): Promise<void>
}

/** @param now real time: signatures live five minutes @param deadlineMs tests shorten it */
export function createHttpGateway(now: () => Date, deadlineMs = DEADLINE_MS): HttpGateway {
  const dispatcher = new Agent({ connections: 8, connectTimeout: DEADLINE_MS })
  return {
    async send({ textId, fromDid, toE164, body, partsSent }, { url, secret }) {
      const payload = Buffer.from(JSON.stringify({ id: textId, from: fromDid, to: toE164, text: body }))
      const timestamp = String(Math.floor(now().getTime() / 1000))
      const headers = {
        'content-type': 'application/json',
        [TIMESTAMP_HEADER]: timestamp,
        [SIGNATURE_HEADER]: signatureOf(secret, timestamp, payload),
      }
      try {
        // Over all: the times undici knows are between two bytes, and a gateway that sends one now and then would hold us for ever.
        const signal = AbortSignal.timeout(deadlineMs)
        const reply = await request(url, { method: 'POST', headers, body: payload, dispatcher, signal })
        return ofStatus(reply.statusCode, await readSome(reply.body), partsSent)
      } catch (error) {
        // The gateway knows a text by its id, so asking again is safe.
        return { kind: 'later', trouble: troubleOf(error), partsSent }
      }
    },
    close: () => dispatcher.destroy(),
  }
}

function ofStatus(status: number, answer: string, partsSent: number): SendResult {
  if (status >= 200 && status < 300) return { kind: 'handed-over', gatewayMessageId: idIn(answer) }
  if (status === 401 || status === 403) {
    return { kind: 'refused', trouble: `The gateway refused us (${status}): is the secret the same on both sides?` }
  }
  if (status >= 500 || status === 408 || status === 425 || status === 429) {
    return { kind: 'later', trouble: `The gateway answered ${status}.`, partsSent }
  }
  if (status >= 300 && status < 400) return { kind: 'refused', trouble: `The gateway answered ${status}: redirections are not followed.` }
  return { kind: 'refused', trouble: `The gateway answered ${status}: it did not take the text.` }
}

/** What came of the answer; one that is cut off or does not end is as good as none. */
async function readSome(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > LARGEST_REPLY_BYTES) break
      chunks.push(chunk)
    }
  } catch (error) {
    if (!isLineTrouble(error)) throw error
    return ''
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** `{ "id": "…" }`, if it answers with one: reports may name it. */
function idIn(answer: string): string | null {
  try {
    const parsed = JSON.parse(answer) as { id?: unknown } | null
    return typeof parsed?.id === 'string' && parsed.id.length <= 200 ? parsed.id : null
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return null
  }
}

/** For the person who set the gateway up: what to look at first. */
function troubleOf(error: unknown): string {
  const code = codeOf(error)
  if (isTimeout(error)) return 'The gateway did not answer in time.'
  if (isNoHttp(error)) return 'What the gateway answered is no HTTP.'
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET' || code === 'EPIPE') return 'The gateway broke the connection off.'
  return `The gateway cannot be reached (${code}).`
}

const isTimeout = (error: unknown) =>
  (error instanceof Error && error.name === 'TimeoutError') || /^UND_ERR_\w+_TIMEOUT$|^ETIMEDOUT$/.test(codeOf(error))
const isNoHttp = (error: unknown) => error instanceof errors.HTTPParserError
const isLineTrouble = (error: unknown) => isTimeout(error) || isNoHttp(error) || codeOf(error) !== NO_REASON

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  const named = code ?? cause?.code
  return typeof named === 'string' ? named : NO_REASON
}
