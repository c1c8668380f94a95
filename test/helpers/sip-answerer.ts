import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

export type Heard = { method: string; text: string }
/** What a carrier answers: a status, or nothing. */
export type Behaviour = (heard: Heard) => { status: number; headers?: string[] } | undefined

export const REALM = 'carrier.test'
export const NONCE = 'a-nonce-of-a-test'

/** A carrier that answers questions at 127.0.0.1, over UDP or TCP. */
export async function createAnswerer(behaviour: Behaviour, transport: 'udp' | 'tcp' = 'udp') {
  const heard: Heard[] = []
  const answer = (text: string): string | undefined => {
    const method = /^[A-Z]+/.exec(text)?.[0] ?? ''
    heard.push({ method, text })
    const reply = behaviour({ method, text })
    if (!reply) return undefined
    const echoed = text.split('\r\n').filter((line) => /^(Via|From|To|Call-ID|CSeq):/.test(line))
    return [`SIP/2.0 ${reply.status} Because`, ...echoed, ...(reply.headers ?? []), 'Content-Length: 0', '', ''].join('\r\n')
  }
  if (transport === 'tcp') {
    const server = createServer((socket) => {
      socket.on('data', (data) => {
        const reply = answer(data.toString())
        // In two pieces, as TCP may: neither is an answer by itself.
        if (reply) socket.write(reply.slice(0, 20), () => setImmediate(() => socket.write(reply.slice(20))))
      })
      socket.on('error', () => socket.destroy())
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    return { port, heard, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
  }
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    const reply = answer(message.toString())
    if (reply) socket.send(reply, from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return { port: socket.address().port, heard, close: () => new Promise<void>((resolve) => socket.close(() => resolve())) }
}

/** Asks for a log-in and takes only this one, as RFC 2617 works it out. A proxy's log-in counts as well. */
export function wantsLogin(user: string, password: string): Behaviour {
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  return ({ method, text }) => {
    if (method === 'OPTIONS') return { status: 200 }
    const part = (name: string) => new RegExp(`${name}="?([^",\\r]+)`).exec(text)?.[1]
    if (!/\r\n(Proxy-)?Authorization: Digest/.test(text))
      return { status: 401, headers: [`WWW-Authenticate: Digest realm="${REALM}", nonce="${NONCE}", algorithm=MD5, qop="auth"`] }
    const [ha1, ha2] = [md5(`${user}:${REALM}:${password}`), md5(`${method}:${part('uri')}`)]
    const expected = md5(`${ha1}:${NONCE}:${part('nc')}:${part('cnonce')}:auth:${ha2}`)
    return { status: part('username') === user && part(' response') === expected ? 200 : 403 }
  }
}
