/** What happens to the calls of the fake: each changes its world and tells the events a real Asterisk would, in its order. */
import { bridgeModel, channelModel, playbackModel, recordingModel } from './world.ts'
import type { FakeChannel, NewFakeChannel, World } from './world.ts'

export type FakeEvent = { type: string; application?: string | undefined } & Record<string, unknown>
export type Emit = (event: FakeEvent) => void
export type End = { cause?: number; techCause?: number }

export class Happenings {
  /** true: a created leg stays outside our application until `arrive` is called for it, as happens under load. */
  holdsNewLegs = false
  readonly #world: World
  readonly #emit: Emit
  readonly #applications: () => string[]

  constructor(world: World, emit: Emit, applications: () => string[]) {
    this.#world = world
    this.#emit = emit
    this.#applications = applications
  }

  /** A call comes in and is offered to every service by StasisBroadcast; it arrives at the one that claims it. */
  offer(wishes: NewFakeChannel = {}): FakeChannel {
    const channel = this.#world.addChannel(wishes)
    channel.runs = 'StasisBroadcast'
    this.#world.offers.add(channel.id)
    const told = { channel: channelModel(channel), caller: channel.callerNumber, called: channel.extension }
    for (const application of this.#applications()) {
      if (application.startsWith('ringback-')) this.#emit({ type: 'CallBroadcast', application, ...told })
    }
    return channel
  }

  /** A leg is in our application: an inbound call (`arrivesIn` defaults to the first one connected), or one of ours. */
  arrive(wishes: FakeChannel | NewFakeChannel = {}): FakeChannel {
    const channel = 'createdAt' in wishes ? wishes : this.#world.addChannel(wishes)
    channel.app = channel.arrivesIn ?? this.#applications()[0]
    channel.runs = channel.runs === 'StasisBroadcast' ? channel.runs : 'Stasis'
    this.#emit({ type: 'StasisStart', application: channel.app, args: channel.args, channel: channelModel(channel) })
    return channel
  }

  leave(channel: FakeChannel): void {
    this.#emit({ type: 'StasisEnd', application: channel.app, channel: channelModel(channel) })
    channel.app = undefined
    channel.runs = 'Playback'
  }

  changeState(channelId: string, state: string): void {
    const channel = this.#get(channelId)
    channel.state = state
    this.#emit({ type: 'ChannelStateChange', application: this.#of(channel), channel: channelModel(channel) })
  }

  press(channelId: string, digit: string): void {
    const channel = this.#get(channelId)
    this.#emit({ type: 'ChannelDtmfReceived', application: this.#of(channel), digit, duration_ms: 120, channel: channelModel(channel) })
  }

  dialProgress(channelId: string, dialstatus: string): void {
    const channel = this.#get(channelId)
    this.#emit({ type: 'Dial', application: this.#of(channel), dialstatus, forward: '', dialstring: '', peer: channelModel(channel) })
  }

  /** The far end of a leg we dialled picks up. */
  pickUp(channelId: string): void {
    this.changeState(channelId, 'Up')
    this.dialProgress(channelId, 'ANSWER')
    const channel = this.#get(channelId)
    if (!channel.app) this.arrive(channel)
  }

  /** The leg ends, whoever ended it. What it recorded is kept. */
  hangUp(channelId: string, { cause = 16, techCause }: End = {}): void {
    const channel = this.#get(channelId)
    const application = this.#of(channel)
    const how = { cause, ...(techCause === undefined ? {} : { tech_cause: techCause }) }
    this.#emit({ type: 'ChannelHangupRequest', application, ...how, channel: channelModel(channel) })
    for (const [name, recorded] of this.#world.liveRecordings) if (recorded === channelId) this.finishRecording(name)
    for (const [id, target] of this.#world.playbacks) if (target === `channel:${channelId}`) this.finishPlayback(id, 'failed')
    for (const bridgeId of this.#world.bridges.keys()) this.leaveBridge(bridgeId, channelId)
    if (channel.app) this.leave(channel)
    this.#world.channels.delete(channelId)
    this.#world.offers.delete(channelId)
    this.#emit({ type: 'ChannelDestroyed', application, ...how, cause_txt: 'Normal Clearing', channel: channelModel(channel) })
  }

  /** @returns false when it is over already */
  finishPlayback(playbackId: string, state: 'done' | 'failed' = 'done'): boolean {
    const target = this.#world.playbacks.get(playbackId)
    if (target === undefined) return false
    this.#world.playbacks.delete(playbackId)
    this.#emit({ type: 'PlaybackFinished', application: this.#ofTarget(target), playback: playbackModel(playbackId, target, state) })
    return true
  }

  /** @returns false when it is over already */
  finishRecording(name: string, { durationSeconds = 5, talkingSeconds = 4, file = Buffer.from('RIFF') } = {}): boolean {
    const channelId = this.#world.liveRecordings.get(name)
    if (channelId === undefined) return false
    this.#world.liveRecordings.delete(name)
    this.#world.storedRecordings.set(name, file)
    const more = {
      state: 'done',
      duration: durationSeconds,
      talking_duration: talkingSeconds,
      silence_duration: durationSeconds - talkingSeconds,
    }
    this.#emit({
      type: 'RecordingFinished',
      application: this.#ofTarget(`channel:${channelId}`),
      recording: recordingModel(name, channelId, more),
    })
    return true
  }

  enterBridge(bridgeId: string, channelId: string): void {
    this.#world.bridges.get(bridgeId)?.add(channelId)
    this.#tellBridge('ChannelEnteredBridge', bridgeId, channelId)
  }

  /** @returns false when it is not in it */
  leaveBridge(bridgeId: string, channelId: string): boolean {
    if (!this.#world.bridges.get(bridgeId)?.delete(channelId)) return false
    this.#tellBridge('ChannelLeftBridge', bridgeId, channelId)
    return true
  }

  /** @returns false when there is none */
  destroyBridge(bridgeId: string): boolean {
    for (const channelId of this.#world.bridges.get(bridgeId) ?? []) this.leaveBridge(bridgeId, channelId)
    if (!this.#world.bridges.delete(bridgeId)) return false
    this.#emit({ type: 'BridgeDestroyed', bridge: bridgeModel(bridgeId, []) })
    return true
  }

  changePhone(endpoint: string, status: 'Reachable' | 'Unreachable'): void {
    this.#world.endpoints.set(endpoint, status === 'Reachable' ? 'online' : 'offline')
    this.#tellPhone({
      type: 'PeerStatusChange',
      endpoint: { technology: 'PJSIP', resource: endpoint, channel_ids: [] },
      peer: { peer_status: status },
    })
  }

  sendText({
    from,
    to,
    body,
    callId = 'call-id',
    endpoint = 'trunk-bd',
  }: {
    from: string
    to: string
    body: string
    callId?: string
    endpoint?: string
  }): void {
    const variables = { 'Call-ID': callId, 'Content-Length': String(Buffer.byteLength(body)) }
    const message = { from: `<sip:${from}@127.0.0.2>`, to: `sip:${to}@127.0.0.1`, body, variables }
    this.#tellPhone({ type: 'TextMessageReceived', message, endpoint: { technology: 'PJSIP', resource: endpoint, channel_ids: [] } })
  }

  #tellPhone(event: FakeEvent): void {
    for (const application of this.#applications()) if (application.startsWith('events-')) this.#emit({ ...event, application })
  }

  #tellBridge(type: string, bridgeId: string, channelId: string): void {
    const channel = this.#get(channelId)
    const bridge = bridgeModel(bridgeId, this.#world.bridges.get(bridgeId) ?? [])
    this.#emit({ type, application: this.#of(channel), bridge, channel: channelModel(channel) })
  }

  #get(channelId: string): FakeChannel {
    const channel = this.#world.channels.get(channelId)
    if (!channel) throw new Error(`the fake has no channel ${channelId}`)
    return channel
  }

  #of(channel: FakeChannel): string | undefined {
    return channel.app ?? channel.arrivesIn
  }

  #ofTarget(target: string): string | undefined {
    const channel = this.#world.channels.get(target.replace(/^channel:/, ''))
    return channel ? this.#of(channel) : undefined
  }
}
