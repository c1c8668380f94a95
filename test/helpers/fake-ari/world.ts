/** What the fake Asterisk holds, and how it describes that in ARI's own words. */
import { randomUUID } from 'node:crypto'

export type FakeChannel = {
  id: string
  name: string
  state: string
  callerNumber: string
  extension: string
  /** The application it is in; undefined before it arrives and after it has left. */
  app: string | undefined
  /** What the dialplan or the application is doing with it. */
  runs: string
  /** Where it will arrive once it answers. */
  arrivesIn: string | undefined
  args: string[]
  variables: Map<string, string>
  createdAt: Date
}

export type NewFakeChannel = Partial<Pick<FakeChannel, 'id' | 'state' | 'callerNumber' | 'extension' | 'app' | 'arrivesIn' | 'args'>> & {
  endpoint?: string
  variables?: Record<string, string>
}

export class World {
  readonly channels = new Map<string, FakeChannel>()
  /** Bridge id → the legs in it. */
  readonly bridges = new Map<string, Set<string>>()
  /** Playback id → `channel:…` or `bridge:…` */
  readonly playbacks = new Map<string, string>()
  /** Name → the leg it records. */
  readonly liveRecordings = new Map<string, string>()
  readonly storedRecordings = new Map<string, Buffer>()
  /** `endpoint/agent-1` → its pushed fields. */
  readonly config = new Map<string, Record<string, string>>()
  /** Offered by broadcast and not claimed: channel id. */
  readonly offers = new Set<string>()
  readonly claimed = new Set<string>()
  /** Application → event sources. */
  readonly subscriptions = new Map<string, Set<string>>()
  readonly filters = new Map<string, unknown>()
  readonly globals = new Map<string, string>()
  /** PJSIP endpoint → online or offline. */
  readonly endpoints = new Map<string, string>([['trunk-bd', 'offline']])
  startedAt = new Date()
  #serial = 0

  addChannel(wishes: NewFakeChannel): FakeChannel {
    this.#serial += 1
    const channel: FakeChannel = {
      id: wishes.id ?? `${1_763_938_000 + this.#serial}.${this.#serial}`,
      name: `${wishes.endpoint ?? 'PJSIP/trunk-bd'}-${this.#serial.toString(16).padStart(8, '0')}`,
      state: wishes.state ?? 'Ring',
      callerNumber: wishes.callerNumber ?? '+8801700000001',
      extension: wishes.extension ?? 's',
      app: wishes.app,
      runs: wishes.app ? 'Stasis' : '',
      arrivesIn: wishes.arrivesIn,
      args: wishes.args ?? [],
      variables: new Map(Object.entries(wishes.variables ?? {})),
      createdAt: new Date(),
    }
    this.channels.set(channel.id, channel)
    return channel
  }

  /** As an Asterisk that has just started. Files, and phones' addresses, outlive that. */
  restart(): void {
    for (const each of [
      this.channels,
      this.bridges,
      this.playbacks,
      this.liveRecordings,
      this.config,
      this.subscriptions,
      this.filters,
      this.globals,
    ])
      each.clear()
    this.offers.clear()
    this.claimed.clear()
    this.startedAt = new Date()
  }
}

/** ARI's `Channel`. */
export function channelModel(channel: FakeChannel): object {
  return {
    id: channel.id,
    protocol_id: '',
    name: channel.name,
    state: channel.state,
    caller: { name: '', number: channel.callerNumber },
    connected: { name: '', number: '' },
    accountcode: '',
    dialplan: { context: 'inbound', exten: channel.extension, priority: 1, app_name: channel.runs, app_data: '' },
    creationtime: asteriskTime(channel.createdAt),
    language: 'en',
  }
}

export function bridgeModel(id: string, channels: Iterable<string>): object {
  return {
    id,
    technology: 'simple_bridge',
    bridge_type: 'mixing',
    bridge_class: 'stasis',
    creator: 'Stasis',
    name: '',
    channels: [...channels],
    creationtime: asteriskTime(new Date()),
  }
}

export function playbackModel(id: string, targetUri: string, state: string): object {
  return { id, media_uri: 'sound:any', target_uri: targetUri, language: 'en', state }
}

export function recordingModel(name: string, channelId: string, more: object): object {
  return { name, format: 'wav', target_uri: `channel:${channelId}`, ...more }
}

/** `2026-11-23T22:56:41.915+0000`, which is not quite ISO 8601. */
export function asteriskTime(at: Date): string {
  return at.toISOString().replace('Z', '+0000')
}

export function newId(): string {
  return randomUUID()
}
