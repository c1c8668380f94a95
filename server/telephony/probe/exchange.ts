/** One SIP request over UDP, TCP or TLS, and its final answer. */
import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { SECOND } from '../../platform/time/duration.ts'
import { readResponse, type SipResponse } from './sip-message.ts'

export type Carrier = { host: string; port: number; transport: 'udp' | 'tcp' | 'tls' }
export type NoAnswer = {
  kind: 'no-answer'
  /** `certificate`: whoever is there cannot prove who they are; `closed`: nobody listens at that port. */
  because: 'silent' | 'no-such-host' | 'closed' | 'unreachable' | 'certificate'
}
export type Answer = { kind: 'answer'; response: SipResponse; afterMs: number } | NoAnswer

const RESEND_MS = [500, 1500, 3500]
const HIGHEST_PROVISIONAL = 199

type Exchange = { carrier: Carrier; request: (local: string) => string; callId: string; sequence: number; nowMs: () => number }

/** Waits at most `timeoutMs`. Never rejects for what a network does. */
export async function exchange(input: Exchange, timeoutMs = 5 * SECOND): Promise<Answer> {
  const address = await addressOf(input.carrier.host)
  if (address === undefined) return { kind: 'no-answer', because: 'no-such-host' }
  const startedMs = input.nowMs()
  const { promise, resolve } = Promise.withResolvers<Answer>()
  const hear = (text: string) => {
    const response = readResponse(text)
    const isOurs = response?.callId === input.callId && response.sequence === input.sequence
    if (response && isOurs && response.status > HIGHEST_PROVISIONAL)
      resolve({ kind: 'answer', response, afterMs: Math.round(input.nowMs() - startedMs) })
  }
  const fail = (error: Error) => resolve({ kind: 'no-answer', because: reasonOf(error) })
  const timer = setTimeout(() => resolve({ kind: 'no-answer', because: 'silent' }), timeoutMs)
  const close = input.carrier.transport === 'udp' ? overUdp(input, address, hear, fail) : overStream(input, address, hear, fail)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    close()
  }
}

async function addressOf(host: string): Promise<{ address: string; family: number } | undefined> {
  if (isIP(host)) return { address: host, family: isIP(host) }
  try {
    return await lookup(host)
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) return undefined
    throw error
  }
}

type Address = { address: string; family: number }

function overUdp({ carrier, request }: Exchange, to: Address, hear: (text: string) => void, fail: (error: Error) => void): () => void {
  const socket = createSocket(to.family === 6 ? 'udp6' : 'udp4')
  const timers: NodeJS.Timeout[] = []
  socket.on('message', (message) => hear(message.toString('latin1')))
  socket.on('error', fail)
  // Connected, so that "nobody listens there" comes back as an error instead of silence.
  socket.connect(carrier.port, to.address, () => {
    const { address, port } = socket.address()
    const text = request(hostPort(address, port))
    const send = () => socket.send(text, (error) => error && fail(error))
    send()
    timers.push(...RESEND_MS.map((ms) => setTimeout(send, ms)))
  })
  return () => {
    for (const timer of timers) clearTimeout(timer)
    socket.close()
  }
}

function overStream({ carrier, request }: Exchange, to: Address, hear: (text: string) => void, fail: (error: Error) => void): () => void {
  let heard = ''
  const isTls = carrier.transport === 'tls'
  const names = isIP(carrier.host) ? {} : { servername: carrier.host }
  const socket: Socket = isTls
    ? connectTls({ host: to.address, port: carrier.port, ...names })
    : connectTcp({ host: to.address, port: carrier.port })
  socket.on(isTls ? 'secureConnect' : 'connect', () => socket.write(request(hostPort(socket.localAddress ?? '', socket.localPort ?? 0))))
  socket.on('data', (chunk) => {
    heard = (heard + chunk.toString('latin1')).slice(-65_536)
    // A provisional answer may come first; the last one begun is looked at.
    hear(heard.slice(Math.max(0, heard.lastIndexOf('SIP/2.0 '))))
  })
  socket.on('error', fail)
  return () => socket.destroy()
}

const hostPort = (host: string, port: number) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

function reasonOf(error: Error): NoAnswer['because'] {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'closed'
  if (/CERT|SELF_SIGNED|SIGNATURE|ERR_TLS|ERR_SSL|UNABLE_TO/.test(code)) return 'certificate'
  return 'unreachable'
}
