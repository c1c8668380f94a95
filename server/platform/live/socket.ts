import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RawData, WebSocket } from 'ws'
import type { Session } from '../http/policy.ts'
import type { Hub } from './hub.ts'
import type { Stream } from './stream.ts'

/** Unsent bytes at which a reader counts as too slow: it is cut and resumes, instead of filling our memory. */
const MOST_BUFFERED_BYTES = 1024 * 1024
const MOST_SUBSCRIPTIONS = 8
const MOST_MESSAGES_PER_BEAT = 40

export const CLOSE_SESSION_ENDED = 4401
const CLOSE_BAD_MESSAGE = 1008

const Message = Type.Union([
  Type.Object({
    type: Type.Literal('subscribe'),
    topic: Type.String({ maxLength: 60 }),
    epoch: Type.Optional(Type.String({ maxLength: 60 })),
    since: Type.Optional(Type.Integer({ minimum: 0 })),
  }),
  Type.Object({ type: Type.Literal('unsubscribe'), topic: Type.String({ maxLength: 60 }) }),
])

/** One browser's socket: reads its wishes one after the other, and ends with its session. */
export class LiveSocket {
  readonly session: Session
  private readonly socket: WebSocket
  private readonly hub: Hub
  private readonly streams = new Map<string, Stream>()
  private queue: Promise<void> = Promise.resolve()
  private isClosed = false
  private hasAnswered = true
  private messages = 0

  constructor(hub: Hub, socket: WebSocket, session: Session) {
    this.hub = hub
    this.socket = socket
    this.session = session
    socket.on('message', (data) => this.receive(data))
    socket.on('pong', () => (this.hasAnswered = true))
    socket.on('close', () => this.onClose())
    // A broken socket also closes; there is nobody left to tell.
    socket.on('error', () => socket.terminate())
  }

  endSession(): void {
    this.socket.close(CLOSE_SESSION_ENDED, 'session ended')
    this.onClose()
  }

  /** Twice a minute: a socket that did not answer the last ping is dead. */
  beat(): void {
    if (!this.hasAnswered) return this.socket.terminate()
    this.hasAnswered = false
    this.messages = 0
    this.socket.ping()
  }

  terminate(): void {
    this.socket.terminate()
  }

  private receive(data: RawData): void {
    const message = readMessage(data)
    if (!message || ++this.messages > MOST_MESSAGES_PER_BEAT) return this.socket.close(CLOSE_BAD_MESSAGE, 'not understood')
    // The hub keeps its own errors to itself; whatever else goes wrong, this browser starts afresh.
    this.queue = this.queue.then(() => this.handle(message)).catch(() => this.socket.terminate())
  }

  private async handle(message: NonNullable<ReturnType<typeof readMessage>>): Promise<void> {
    const { topic } = message
    const before = this.streams.get(topic)
    if (before) this.hub.close(before)
    this.streams.delete(topic)
    if (message.type === 'unsubscribe' || this.isClosed) return
    if (this.streams.size >= MOST_SUBSCRIPTIONS) return this.socket.close(CLOSE_BAD_MESSAGE, 'too many topics')
    const stream = await this.hub.subscribe(this.session.user, message, (text) => this.send(text))
    if (!stream) return
    this.streams.set(topic, stream)
    if (this.isClosed) this.hub.park(stream)
  }

  private send(text: string): void {
    if (this.isClosed) return
    this.socket.send(text)
    if (this.socket.bufferedAmount > MOST_BUFFERED_BYTES) this.socket.terminate()
  }

  private onClose(): void {
    if (this.isClosed) return
    this.isClosed = true
    for (const stream of this.streams.values()) this.hub.park(stream)
  }
}

function readMessage(data: RawData) {
  try {
    const parsed: unknown = JSON.parse(data.toString())
    return Value.Check(Message, parsed) ? parsed : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
