/** The wire: HTTP requests in and replies out, websockets by application, everything recorded. */
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { eventTypes } from '../../../server/telephony/ari/types.generated.ts'
import { describeResource, matchOperation } from './description.ts'
import { answerFaultily } from './faults.ts'
import type { FaultKind, Faults } from './faults.ts'
import type { Params, Reply } from './replies.ts'

/** `operation` is `channels.play`; `params` are those of path, query and body together. */
export type Command = { operation: string; params: Record<string, unknown>; status: number | undefined }

export type WireRequest = { method: string; url: string; authorization: string | undefined }

type Wiring = { authorization: string; faults: Faults; answer: (operation: string, params: Params) => Reply | undefined }

type Listener = { ws: WebSocket; applications: Set<string>; connection: Socket }

export class FakeAriServer {
  readonly commands: Command[] = []
  readonly requests: WireRequest[] = []
  socketRefusal: number | 'hang' | undefined
  readonly #wiring: Wiring
  readonly #changes = new EventEmitter().setMaxListeners(0)
  readonly #connections = new Set<Socket>()
  #http: Server | undefined
  #listeners: Listener[] = []

  constructor(wiring: Wiring) {
    this.#wiring = wiring
  }

  get port(): number {
    return (this.#http?.address() as AddressInfo).port
  }

  get openSockets(): number {
    return this.#listeners.length
  }

  /** Those with a websocket open, in the order they came. */
  applications(): string[] {
    return [...new Set(this.#listeners.flatMap(({ applications }) => [...applications]))]
  }

  async listen(port: number): Promise<void> {
    const http = createServer((request, response) => {
      // The client has gone away in the middle of its request: there is nobody to answer.
      this.#serve(request, response).catch(() => response.destroy())
    })
    const sockets = new WebSocketServer({ noServer: true })
    http.on('connection', (connection) => {
      this.#connections.add(connection)
      connection.on('close', () => this.#connections.delete(connection))
    })
    http.on('upgrade', (request, connection: Socket, head) => {
      this.#record(request)
      const refusal = this.socketRefusal ?? (this.#isAuthorized(request) ? undefined : 401)
      if (refusal === 'hang') return
      if (refusal) connection.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 0\r\n\r\n`)
      else sockets.handleUpgrade(request, connection, head, (ws) => this.#welcome(ws, request, connection))
    })
    http.listen(port, '127.0.0.1')
    await once(http, 'listening')
    this.#http = http
  }

  async close(): Promise<void> {
    const http = this.#http
    if (!http) return
    this.#http = undefined
    const closed = once(http, 'close')
    http.close()
    for (const connection of this.#connections) connection.destroy()
    await closed
    this.#listeners = []
    this.#changes.emit('change')
  }

  /** @param application undefined: to every websocket */
  tell(application: string | undefined, frame: string | Buffer, binary = typeof frame !== 'string'): void {
    for (const { ws, applications } of this.#listeners) {
      if (application === undefined || applications.has(application)) ws.send(frame, { binary })
    }
  }

  async nextCommand(operation: string, fits: (params: Params) => boolean = () => true, since = this.commands.length): Promise<Command> {
    for (;;) {
      const found = this.commands.slice(since).find((command) => command.operation === operation && fits(command.params))
      if (found) return found
      await once(this.#changes, 'change')
    }
  }

  async socketsAre(count: number): Promise<void> {
    while (this.openSockets !== count) await once(this.#changes, 'change')
  }

  pauseSockets(): void {
    for (const { connection } of this.#listeners) connection.pause()
  }

  dropSockets(): void {
    for (const { connection } of this.#listeners) connection.destroy()
  }

  #welcome(ws: WebSocket, request: IncomingMessage, connection: Socket): void {
    const app = new URL(request.url ?? '', 'http://fake').searchParams.get('app') ?? ''
    const listener = { ws, applications: new Set(app.split(',')), connection }
    for (const before of this.#listeners) {
      for (const taken of listener.applications) {
        if (before.applications.delete(taken))
          before.ws.send(JSON.stringify({ type: 'ApplicationReplaced', application: taken, timestamp: new Date().toISOString() }))
      }
    }
    this.#listeners.push(listener)
    ws.on('error', () => undefined) // A test has cut it; 'close' follows.
    ws.on('close', () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener)
      this.#changes.emit('change')
    })
    this.#changes.emit('change')
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#record(request)
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://fake')
    const body = await readJson(request)
    const resource = /^\/ari\/api-docs\/(\w+)\.json$/.exec(pathname)?.[1]
    const matched = matchOperation(request.method ?? '', pathname.replace(/^\/ari/, ''))
    const operation = resource ? `api-docs.${resource}` : (matched?.operation.name ?? 'unknown')
    const fault = this.#wiring.faults.take(operation)
    const params = { ...matched?.params, ...Object.fromEntries(searchParams), ...bodyParams(matched?.operation.name, body) }
    const reply = this.#isAuthorized(request) ? this.#reply(operation, resource, params, fault) : { status: 401 }
    if (!resource) {
      this.commands.push({ operation, params, status: fault ? undefined : reply.status })
      this.#changes.emit('change')
    }
    if (fault) answerFaultily(fault, response)
    else send(reply, response)
  }

  #reply(operation: string, resource: string | undefined, params: Params, fault: FaultKind | undefined): Reply {
    // What Asterisk refuses or never answers it has not done.
    if (fault !== undefined && (fault === 'hang' || typeof fault === 'object')) return { status: 0 }
    if (!resource) return this.#wiring.answer(operation, params) ?? { status: 404, body: { message: 'Invalid URI' } }
    const description = describeResource(resource)
    if (!description) return { status: 404 }
    const models = resource === 'events' ? Object.fromEntries(eventTypes.map((type) => [type, { id: type, properties: {} }])) : {}
    return { status: 200, body: { ...description, models } }
  }

  #isAuthorized(request: IncomingMessage): boolean {
    return request.headers.authorization === this.#wiring.authorization
  }

  #record({ method = '', url = '', headers }: IncomingMessage): void {
    this.requests.push({ method, url, authorization: headers.authorization })
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

/** The event filter is the one body that stands for itself instead of holding named parameters. */
function bodyParams(operation: string | undefined, body: Record<string, unknown>): Record<string, unknown> {
  return operation === 'applications.filter' ? { filter: body } : body
}

function send({ status, body }: Reply, response: ServerResponse): void {
  if (Buffer.isBuffer(body)) response.writeHead(status, { 'content-type': 'audio/wav', 'content-length': body.length }).end(body)
  else if (body) response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  else response.writeHead(status === 0 ? 500 : status).end()
}
