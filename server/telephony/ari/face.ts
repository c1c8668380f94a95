/** What telephony/ari offers: the link, its commands, and what it reports. Implemented by link.ts and commands.ts. */
import type { Readable } from 'node:stream'
import type { ChannelFacts, TelephonyEvent } from './events.ts'

export type HangUpReason = 'normal' | 'busy' | 'congestion' | 'no_answer' | 'timeout' | 'rejected' | 'unallocated' | 'answered_elsewhere'

export type RecordLimits = {
  /** Both limits always: silence alone never ends a recording when no audio arrives at all. */
  maxDurationSeconds: number
  maxSilenceSeconds: number
  terminateOn?: 'none' | 'any' | '*' | '#'
  beep?: boolean
}

export type NewChannel = {
  /** Ours; a second one with the same id is refused (NameTaken) while the first lives. */
  channelId: string
  /** `PJSIP/agent-7`, `PJSIP/+88013…@trunk-bd`. */
  endpoint: string
  /** What the far end shows as caller; digits or a short reference, never the other leg's number. */
  callerNumber?: string
  callerName?: string
  variables?: Record<string, string>
  /** Comma separated; name them for Local channels, which left free choose an expensive one. */
  formats?: string
  appArgs?: string
}

export type LiveRecording = { name: string; channelId: string | undefined; state: string }
export type Endpoint = { endpoint: string; state: 'online' | 'offline' | 'unknown'; channelIds: string[] }
export type Application = { name: string; channelIds: string[]; bridgeIds: string[] }
export type ConfigKey = { objectType: 'auth' | 'aor' | 'endpoint'; id: string }
export type AsteriskInfo = { version: string; startedAt: Date }

/**
 * Every verb settles within its deadline (5 s; recordings 15 s) and rejects with a class of errors.ts: ChannelGone,
 * AriRefused (NameTaken, AlreadyClaimed), AriUnreachable, BadName. Verbs that end something resolve also when it has
 * ended already. `answer`, `setVariable(s)` on a leg wait in Asterisk until its running playback or recording is over,
 * so set what a step needs before the step.
 */
export type AriCommands = {
  answer(channelId: string): Promise<void>
  /** Media addresses (`sound:/abs/path`, `recording:folder/name`, `digits:42`) are played one after the other. */
  play(channelId: string, media: string[], playbackId: string): Promise<void>
  stopPlayback(playbackId: string): Promise<void>
  /** Records 16-bit 8 kHz wav under `name`; rejects with NameTaken when a file of that name is there. */
  record(channelId: string, name: string, limits: RecordLimits): Promise<void>
  /** Stops and keeps what was recorded. */
  stopRecording(name: string): Promise<void>
  findLiveRecording(name: string): Promise<LiveRecording | undefined>
  hangUp(channelId: string, reason?: HangUpReason): Promise<void>
  ring(channelId: string): Promise<void>
  ringStop(channelId: string): Promise<void>

  /** A leg of ours that is not dialled yet: put it in a bridge, set variables, then `dial`. Resolves once it has arrived. */
  create(channel: NewChannel): Promise<ChannelFacts>
  dial(channelId: string, ringTimeoutSeconds: number): Promise<void>
  /** A leg that is dialled at once and arrives (`arrived`) when it answers. */
  originate(channel: NewChannel, ringTimeoutSeconds: number): Promise<ChannelFacts>

  createBridge(bridgeId: string): Promise<void>
  /** Connected-line updates stay off: they would carry one leg's number to the other. */
  addToBridge(bridgeId: string, channelId: string): Promise<void>
  removeFromBridge(bridgeId: string, channelId: string): Promise<void>
  destroyBridge(bridgeId: string): Promise<void>

  setVariable(channelId: string, name: string, value: string): Promise<void>
  setVariables(channelId: string, values: Record<string, string>): Promise<void>
  /** Seen by every call; lost at Asterisk's restart, so set it again on every `connected`. */
  setGlobalVariable(name: string, value: string): Promise<void>
  /** Unset variables are missing from the answer. */
  getVariables(channelId: string, names: string[]): Promise<Record<string, string>>
  continueInDialplan(channelId: string, at?: { context: string; extension: string; priority: number }): Promise<void>

  /** Takes a call that was offered to all services; AlreadyClaimed when another was first, ChannelGone when too late. */
  claim(channelId: string): Promise<void>
  /**
   * Takes a live leg over from the application of a dead service: its events come here from now on, and it arrives here with `adopted`
   * once what is played or recorded on it is over. One that only rings cannot be moved; its events come all the same.
   */
  adopt(channelId: string, fromApplication: string): Promise<void>
  /** As the roll-call lists those of our own: what a dead service has left. */
  listLegsOf(application: string): Promise<RollCall['channels']>
  /** Says a word to another of our services over Asterisk. AriRefused when Asterisk knows no such application. */
  sayTo(application: string, word: 'ask' | 'answer'): Promise<void>
  listChannels(): Promise<ChannelFacts[]>
  findChannel(channelId: string): Promise<ChannelFacts | undefined>
  /** Every application Asterisk knows with its legs, those that went on in the dialplan included: how a dead process's calls are found. */
  listApplications(): Promise<Application[]>

  listStoredRecordings(): Promise<string[]>
  /** The file's bytes; destroy or read the stream to its end. Errors later in the stream are AriUnreachable. */
  fetchStoredRecording(name: string): Promise<Readable>
  deleteStoredRecording(name: string): Promise<void>

  /** A SIP MESSAGE by an endpoint of ours: `pjsip:<endpoint>/sip:<number>@<host>:<port>`, perhaps with its transport. What the far end answers is not told. */
  sendText(text: { to: string; from: string; body: string }): Promise<void>
  listEndpoints(technology: 'PJSIP'): Promise<Endpoint[]>
  /** Puts an object into Asterisk's memory (res_pjsip): lost at its restart, so push again on every `connected`. */
  putConfig(key: ConfigKey, fields: Record<string, string>): Promise<void>
  deleteConfig(key: ConfigKey): Promise<void>

  ping(): Promise<void>
  info(): Promise<AsteriskInfo>
}

/** What is there right now, read after each (re)connect and before any event is delivered. */
export type RollCall = {
  /** Legs in our calls application, with those of the named variables that are set; not those the dialplan has by now. */
  channels: Array<ChannelFacts & { variables: Record<string, string> }>
  storedRecordings: string[]
  asterisk: AsteriskInfo
}

/** The defaults are in link.ts; tests shorten them. */
export type LinkTiming = {
  commandDeadlineMs: number
  recordDeadlineMs: number
  /** A file may take long, but not go silent for longer than this. */
  fileIdleDeadlineMs: number
  pingEveryMs: number
  firstRetryMs: number
  longestRetryMs: number
  /** Not a time: so many pings in a row with nothing heard at all, and the socket is dead. */
  unansweredPings: number
}

/** pino's face, as far as it is used here. */
export type Log = Record<'info' | 'warn' | 'error', (fields: object, message: string) => void>

export type AriLinkOptions = {
  /** `http://127.0.0.1:8088`, without credentials; a path such as `/ari` is ignored. */
  url: string
  user: string
  password: string
  /** Two, because a phone subscription on the calls application would deliver every digit twice. */
  applications: { calls: string; events: string }
  /** Channel variables the roll-call reads of each leg. */
  rollCallVariables: string[]
  log: Log
  timing?: Partial<LinkTiming>
}

export type LinkState = 'idle' | 'connecting' | 'connected' | 'replaced' | 'stopped'

/**
 * - `event`: in Asterisk's order; may repeat what the roll-call said, may come twice or not at all.
 * - `connected`: after every (re)connect, before the first event of that connection.
 * - `disconnected`: only after a `connected`; the link is already trying again.
 * - `replaced`: another process took our application name. The link has given up for good: this process must stop.
 */
export type LinkListeners = {
  event: (event: TelephonyEvent) => void
  connected: (rollCall: RollCall) => void
  disconnected: (reason: string) => void
  replaced: () => void
}

/** Counters since the process started, for /metrics. */
export type LinkCounters = {
  requests: number
  failures: { gone: number; refused: number; deadline: number; network: number; rubbish: number; notConnected: number }
  events: number
  /** malformed: not JSON or not an event's shape · unknown: a type this Asterisk did not describe · refused: an id or name outside our patterns */
  dropped: { malformed: number; unknown: number; refused: number }
  connects: number
  disconnects: number
  failedAttempts: number
  listenerErrors: number
}

export type AriLink = {
  readonly commands: AriCommands
  readonly state: LinkState
  readonly counters: Readonly<LinkCounters>
  /** Why the link is not connected, in one sentence without secrets; '' while it is. */
  readonly trouble: string
  /** Begins connecting, for ever. Attach listeners first. */
  start(): void
  /** Ends everything: sockets, timers, requests (they reject with AriUnreachable). Safe in any state, and twice. */
  stop(): Promise<void>
  /** @returns takes the listener off again */
  on<Name extends keyof LinkListeners>(name: Name, listener: LinkListeners[Name]): () => void
}
