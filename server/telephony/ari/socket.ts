/**
 * The websocket on which Asterisk tells its events. ari-client is not given this part: it keeps the password in the URL,
 * never notices a half-open socket, and stops reconnecting after 43 s. One socket here is one connection, opened once and
 * lost once; link.ts opens the next.
 */
import { WebSocket } from 'ws'
import type { RawData } from 'ws'

export type SocketOptions = {
  /** http or https, as for commands. */
  url: string
  authorization: string
  applications: string[]
  openDeadlineMs: number
  pingEveryMs: number
  unansweredPings: number
  /** A text frame as it came; binary frames arrive as undefined. */
  onFrame: (text: string | undefined) => void
}

export type EventSocket = {
  /** Rejects when the socket is lost before it opened. */
  opened: Promise<void>
  /** Resolves once, with the reason, when the socket has ended for whatever cause. */
  lost: Promise<string>
  close(): void
}

/** Asterisk's largest events are a few kilobytes. */
const LARGEST_FRAME_BYTES = 4 * 1024 * 1024

export function openEventSocket(options: SocketOptions): EventSocket {
  const ws = new WebSocket(addressOf(options), {
    headers: { authorization: options.authorization },
    handshakeTimeout: options.openDeadlineMs,
    maxPayload: LARGEST_FRAME_BYTES,
    perMessageDeflate: false,
    // A text with broken UTF-8 in it would end the connection, and be sent again after the next one opened.
    skipUTF8Validation: true,
  })
  let reason: string | undefined
  const stopPinging = keepAlive(ws, options, (why) => (reason ??= why))

  const lost = new Promise<string>((resolve) => {
    ws.on('error', (error) => (reason ??= error.message))
    ws.on('close', (code) => {
      stopPinging()
      resolve(reason ?? `closed by Asterisk (${code})`)
    })
  })
  const opened = new Promise<void>((resolve, reject) => {
    ws.once('open', resolve)
    void lost.then((why) => reject(new Error(why)))
  })
  // Whoever waits for `opened` gets the rejection; nobody has to.
  opened.catch(() => undefined)
  ws.on('message', (data: RawData, isBinary: boolean) => options.onFrame(isBinary ? undefined : textOf(data)))

  return {
    opened,
    lost,
    close() {
      reason ??= 'closed by us'
      // Not close(): a closing handshake with a hung Asterisk would take 30 s.
      ws.terminate()
    },
  }
}

/** Counts pings, not seconds: a process that was frozen itself must not take that for Asterisk's silence. */
function keepAlive(ws: WebSocket, { pingEveryMs, unansweredPings }: SocketOptions, onDead: (reason: string) => void): () => void {
  let unanswered = 0
  const heard = () => (unanswered = 0)
  ws.on('message', heard)
  ws.on('pong', heard)
  ws.on('ping', heard)
  const timer = setInterval(() => {
    if (ws.readyState !== WebSocket.OPEN) return
    if (unanswered >= unansweredPings) {
      onDead(`nothing heard for ${unanswered} pings`)
      ws.terminate()
      return
    }
    unanswered += 1
    ws.ping()
  }, pingEveryMs)
  return () => clearInterval(timer)
}

function addressOf({ url, applications }: SocketOptions): string {
  const address = new URL('/ari/events', url)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  address.searchParams.set('app', applications.join(','))
  return address.href
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString('utf8')
}
