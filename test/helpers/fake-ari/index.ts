/**
 * An ARI that does as it is told: real HTTP and a real websocket on a free port, speaking the operations of description.ts.
 * It keeps a small world (legs, bridges, playbacks, recordings) so that commands have the results a real Asterisk gives,
 * records every command, tells what a test makes happen, and can be hung, cut, frozen, restarted.
 *
 *   const ari = await startFakeAri()
 *   const call = ari.happen.offer({ callerNumber: '+8801700000001', args: ['inbound', '+8809610000001'] })
 *   await ari.nextCommand('channels.answer')
 *   ari.happen.press(call.id, '1')
 */
import { randomBytes } from 'node:crypto'
import { Happenings } from './happenings.ts'
import type { FakeEvent } from './happenings.ts'
import { FakeAriServer } from './server.ts'
import type { Command, WireRequest } from './server.ts'
import { Faults } from './faults.ts'
import { createReplies } from './replies.ts'
import { World, asteriskTime } from './world.ts'

export type { Command } from './server.ts'
export type { FakeChannel, NewFakeChannel } from './world.ts'
export type { FaultKind } from './faults.ts'

export type FakeAri = {
  url: string
  user: string
  password: string
  /** Every command answered or hung so far, oldest first; API descriptions are not commands. */
  readonly commands: readonly Command[]
  /** The next command of that operation from now on that fits; `since` starts at an earlier length of `commands`. */
  nextCommand(operation: string, fits?: (params: Command['params']) => boolean, since?: number): Promise<Command>
  readonly world: World
  /** Makes things happen as on the phone. */
  readonly happen: Happenings
  readonly faults: Faults
  /** Sends an event as it is; the application, time and the like are added when missing. */
  inject(event: FakeEvent): void
  /** Sends a frame as it is to every websocket: rubbish, bytes, and with `isText` bytes that are said to be UTF-8. */
  injectFrame(frame: string | Buffer, options?: { isText: boolean }): void
  /** How every request looked on the wire, API descriptions and websockets included. */
  readonly requests: readonly WireRequest[]
  readonly openSockets: number
  /** Resolves when so many websockets are open. */
  socketsAre(count: number): Promise<void>
  /** Half-open: the websockets' connections stay, nothing is read or answered any more. */
  pauseSockets(): void
  /** Ends all websockets without a word. */
  dropSockets(): void
  /** Refuses websockets with this status, or leaves them without an answer, until undefined is given. */
  refuseSockets(status: number | 'hang' | undefined): void
  /** As SIGKILL: connections cut, port closed. */
  down(): Promise<void>
  /** As a new start on the same port: all legs and subscriptions forgotten. */
  up(): Promise<void>
  stop(): Promise<void>
}

export async function startFakeAri(): Promise<FakeAri> {
  const user = 'ringback'
  const password = randomBytes(12).toString('base64url')
  const world = new World()
  const faults = new Faults()
  const emit = (event: FakeEvent) => {
    const applications = server.applications()
    const application = event.application ?? applications[0] ?? 'none'
    server.tell(application, JSON.stringify({ timestamp: asteriskTime(new Date()), asterisk_id: 'fake', ...event, application }))
  }
  const applications = () => server.applications()
  const happen = new Happenings(world, emit, applications)
  const replies = createReplies({ world, happenings: happen, emit, applications })
  const server = new FakeAriServer({
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    faults,
    answer: (operation, params) => replies[operation]?.(params),
  })
  await server.listen(0)
  const { port } = server

  return {
    url: `http://127.0.0.1:${port}`,
    user,
    password,
    commands: server.commands,
    nextCommand: (operation, fits, since) => server.nextCommand(operation, fits, since),
    world,
    happen,
    faults,
    inject: emit,
    injectFrame: (frame, options) => server.tell(undefined, frame, options ? !options.isText : undefined),
    requests: server.requests,
    get openSockets() {
      return server.openSockets
    },
    socketsAre: (count) => server.socketsAre(count),
    pauseSockets: () => server.pauseSockets(),
    dropSockets: () => server.dropSockets(),
    refuseSockets: (status) => (server.socketRefusal = status),
    down: () => server.close(),
    async up() {
      world.restart()
      await server.listen(port)
    },
    stop: () => server.close(),
  }
}
