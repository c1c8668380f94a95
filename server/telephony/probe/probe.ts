/** What a carrier answers, asked by the service itself beside Asterisk: is it there, and does it take our log-in. */
import { randomUUID } from 'node:crypto'
import type { CarrierAnswer, CarrierQuestion, CarrierReport } from '../../domains/callbacks/ports.ts'
import { type Answer, exchange } from './exchange.ts'
import { authorize, type SipRequest, writeRequest } from './sip-message.ts'

const NEEDS_LOGIN = new Set([401, 407])

/** Takes at most about ten seconds; never rejects for what a network or a carrier does. */
export async function askCarrier(question: CarrierQuestion, nowMs: () => number): Promise<CarrierReport> {
  const options = toAnswer(await ask(question, 'OPTIONS', undefined, nowMs))
  if (!question.login) return { options, login: null }
  return { options, login: await askLogin(question, question.login, nowMs) }
}

/** Asks which phones are registered under the log-in, which changes nothing, and shows whether it is taken. */
async function askLogin(question: CarrierQuestion, login: { user: string; password: string }, nowMs: () => number): Promise<CarrierAnswer> {
  const first = await ask(question, 'REGISTER', undefined, nowMs)
  if (first.kind !== 'answer' || !NEEDS_LOGIN.has(first.response.status)) return toAnswer(first)
  const authorization = authorize(first.response, { ...login, method: 'REGISTER', uri: uriOf(question) })
  return toAnswer(authorization ? await ask(question, 'REGISTER', authorization, nowMs) : first)
}

async function ask(
  question: CarrierQuestion,
  method: SipRequest['method'],
  authorization: SipRequest['authorization'],
  nowMs: () => number,
): Promise<Answer> {
  const { carrier, login } = question
  const callId = randomUUID()
  const sequence = authorization ? 2 : 1
  const aor = `sip:${login?.user ?? 'ringback'}@${hostOf(carrier.host)}`
  const transport = carrier.transport.toUpperCase() as SipRequest['transport']
  const request = (local: string) =>
    writeRequest({ method, uri: uriOf(question), transport, local, aor, callId, sequence, ...(authorization && { authorization }) })
  return exchange({ carrier, request, callId, sequence, nowMs })
}

const hostOf = (host: string) => (host.includes(':') ? `[${host}]` : host)
const uriOf = ({ carrier }: CarrierQuestion) => `sip:${hostOf(carrier.host)}:${carrier.port}`

function toAnswer(answer: Answer): CarrierAnswer {
  return answer.kind === 'answer' ? { kind: 'answer', status: answer.response.status, afterMs: answer.afterMs } : answer
}
