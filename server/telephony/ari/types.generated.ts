// Made by scripts/generate-ari-types.ts from the rest-api JSON of Asterisk; do not edit.

export type Application = {
  name: string
  channel_ids: string[]
  bridge_ids: string[]
  endpoint_ids: string[]
  device_names: string[]
  events_allowed: Record<string, unknown>[]
  events_disallowed: Record<string, unknown>[]
}

export type BuildInfo = {
  os: string
  kernel: string
  options: string
  machine: string
  date: string
  user: string
}

export type SystemInfo = {
  version: string
  entity_id: string
}

export type SetId = {
  user: string
  group: string
}

export type ConfigInfo = {
  name: string
  default_language: string
  max_channels?: number
  max_open_files?: number
  max_load?: number
  setid: SetId
}

export type StatusInfo = {
  startup_time: string
  last_reload_time: string
}

export type AsteriskInfo = {
  build?: BuildInfo
  system?: SystemInfo
  config?: ConfigInfo
  status?: StatusInfo
}

export type AsteriskPing = {
  asterisk_id: string
  ping: string
  timestamp: string
}

export type Module = {
  name: string
  description: string
  use_count: number
  status: string
  support_level: string
}

export type LogChannel = {
  channel: string
  type: string
  status: string
  configuration: string
}

export type Variable = {
  value: string
}

export type Variables = {
  variables: Record<string, unknown>
}

export type ConfigTuple = {
  attribute: string
  value: string
}

export type Bridge = {
  id: string
  technology: string
  bridge_type: 'mixing' | 'holding'
  bridge_class: string
  creator: string
  name: string
  channels: string[]
  video_mode?: string
  video_source_id?: string
  creationtime: string
  bridgevars?: Record<string, unknown>
}

export type Dialed = Record<string, never>

export type DialplanCEP = {
  context: string
  exten: string
  priority: number
  app_name: string
  app_data: string
}

export type CallerID = {
  name: string
  number: string
}

export type RTPstat = {
  txcount: number
  rxcount: number
  txjitter?: number
  rxjitter?: number
  remote_maxjitter?: number
  remote_minjitter?: number
  remote_normdevjitter?: number
  remote_stdevjitter?: number
  local_maxjitter?: number
  local_minjitter?: number
  local_normdevjitter?: number
  local_stdevjitter?: number
  txploss: number
  rxploss: number
  remote_maxrxploss?: number
  remote_minrxploss?: number
  remote_normdevrxploss?: number
  remote_stdevrxploss?: number
  local_maxrxploss?: number
  local_minrxploss?: number
  local_normdevrxploss?: number
  local_stdevrxploss?: number
  rtt?: number
  maxrtt?: number
  minrtt?: number
  normdevrtt?: number
  stdevrtt?: number
  local_ssrc: number
  remote_ssrc: number
  txoctetcount: number
  rxoctetcount: number
  channel_uniqueid: string
}

export type Channel = {
  id: string
  protocol_id: string
  name: string
  state: 'Down' | 'Rsrved' | 'OffHook' | 'Dialing' | 'Ring' | 'Ringing' | 'Up' | 'Busy' | 'Dialing Offhook' | 'Pre-ring' | 'Unknown'
  caller: CallerID
  connected: CallerID
  accountcode: string
  dialplan: DialplanCEP
  creationtime: string
  language: string
  channelvars?: Record<string, unknown>
  caller_rdnis?: string
  tenantid?: string
}

export type DeviceState = {
  name: string
  state: 'UNKNOWN' | 'NOT_INUSE' | 'INUSE' | 'BUSY' | 'INVALID' | 'UNAVAILABLE' | 'RINGING' | 'RINGINUSE' | 'ONHOLD'
}

export type Endpoint = {
  technology: string
  resource: string
  state?: 'unknown' | 'offline' | 'online'
  channel_ids: string[]
}

export type TextMessage = {
  from: string
  to: string
  body: string
  variables?: Record<string, unknown>
}

export type Message = {
  type: string
  asterisk_id?: string
}

export type MissingParams = {
  params: string[]
}

export type Event = {
  application: string
  timestamp: string
}

export type ContactInfo = {
  uri: string
  contact_status: 'Unreachable' | 'Reachable' | 'Unknown' | 'NonQualified' | 'Removed'
  aor: string
  roundtrip_usec?: string
}

export type Peer = {
  peer_status: string
  cause?: string
  address?: string
  port?: string
  time?: string
}

export type DeviceStateChanged = {
  type: 'DeviceStateChanged'
  asterisk_id?: string
  application: string
  timestamp: string
  device_state: DeviceState
}

export type PlaybackStarted = {
  type: 'PlaybackStarted'
  asterisk_id?: string
  application: string
  timestamp: string
  playback: Playback
}

export type PlaybackContinuing = {
  type: 'PlaybackContinuing'
  asterisk_id?: string
  application: string
  timestamp: string
  playback: Playback
}

export type PlaybackFinished = {
  type: 'PlaybackFinished'
  asterisk_id?: string
  application: string
  timestamp: string
  playback: Playback
}

export type RecordingStarted = {
  type: 'RecordingStarted'
  asterisk_id?: string
  application: string
  timestamp: string
  recording: LiveRecording
}

export type RecordingFinished = {
  type: 'RecordingFinished'
  asterisk_id?: string
  application: string
  timestamp: string
  recording: LiveRecording
}

export type RecordingFailed = {
  type: 'RecordingFailed'
  asterisk_id?: string
  application: string
  timestamp: string
  recording: LiveRecording
}

export type ApplicationMoveFailed = {
  type: 'ApplicationMoveFailed'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
  destination: string
  args: string[]
}

export type ApplicationRegistered = {
  type: 'ApplicationRegistered'
  asterisk_id?: string
  application: string
  timestamp: string
}

export type ApplicationUnregistered = {
  type: 'ApplicationUnregistered'
  asterisk_id?: string
  application: string
  timestamp: string
}

export type ApplicationReplaced = {
  type: 'ApplicationReplaced'
  asterisk_id?: string
  application: string
  timestamp: string
}

export type BridgeCreated = {
  type: 'BridgeCreated'
  asterisk_id?: string
  application: string
  timestamp: string
  bridge: Bridge
}

export type BridgeDestroyed = {
  type: 'BridgeDestroyed'
  asterisk_id?: string
  application: string
  timestamp: string
  bridge: Bridge
}

export type BridgeMerged = {
  type: 'BridgeMerged'
  asterisk_id?: string
  application: string
  timestamp: string
  bridge: Bridge
  bridge_from: Bridge
}

export type BridgeVideoSourceChanged = {
  type: 'BridgeVideoSourceChanged'
  asterisk_id?: string
  application: string
  timestamp: string
  bridge: Bridge
  old_video_source_id?: string
}

export type BridgeBlindTransfer = {
  type: 'BridgeBlindTransfer'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
  replace_channel?: Channel
  transferee?: Channel
  exten: string
  context: string
  result: string
  is_external: boolean
  bridge?: Bridge
}

export type BridgeAttendedTransfer = {
  type: 'BridgeAttendedTransfer'
  asterisk_id?: string
  application: string
  timestamp: string
  transferer_first_leg: Channel
  transferer_second_leg: Channel
  replace_channel?: Channel
  transferee?: Channel
  transfer_target?: Channel
  result: string
  is_external: boolean
  transferer_first_leg_bridge?: Bridge
  transferer_second_leg_bridge?: Bridge
  destination_type: string
  destination_bridge?: string
  destination_application?: string
  destination_link_first_leg?: Channel
  destination_link_second_leg?: Channel
  destination_threeway_channel?: Channel
  destination_threeway_bridge?: Bridge
}

export type ChannelCreated = {
  type: 'ChannelCreated'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
}

export type ChannelDestroyed = {
  type: 'ChannelDestroyed'
  asterisk_id?: string
  application: string
  timestamp: string
  cause: number
  cause_txt: string
  tech_cause?: number
  channel: Channel
}

export type ChannelEnteredBridge = {
  type: 'ChannelEnteredBridge'
  asterisk_id?: string
  application: string
  timestamp: string
  bridge: Bridge
  channel?: Channel
}

export type ChannelLeftBridge = {
  type: 'ChannelLeftBridge'
  asterisk_id?: string
  application: string
  timestamp: string
  bridge: Bridge
  channel: Channel
}

export type ChannelStateChange = {
  type: 'ChannelStateChange'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
}

export type ChannelDtmfReceived = {
  type: 'ChannelDtmfReceived'
  asterisk_id?: string
  application: string
  timestamp: string
  digit: string
  duration_ms: number
  channel: Channel
}

export type ChannelDialplan = {
  type: 'ChannelDialplan'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
  dialplan_app: string
  dialplan_app_data: string
}

export type ChannelCallerId = {
  type: 'ChannelCallerId'
  asterisk_id?: string
  application: string
  timestamp: string
  caller_presentation: number
  caller_presentation_txt: string
  channel: Channel
}

export type ChannelUserevent = {
  type: 'ChannelUserevent'
  asterisk_id?: string
  application: string
  timestamp: string
  eventname: string
  channel?: Channel
  bridge?: Bridge
  endpoint?: Endpoint
  userevent: Record<string, unknown>
}

export type ChannelHangupRequest = {
  type: 'ChannelHangupRequest'
  asterisk_id?: string
  application: string
  timestamp: string
  cause?: number
  tech_cause?: number
  soft?: boolean
  channel: Channel
}

export type ChannelVarset = {
  type: 'ChannelVarset'
  asterisk_id?: string
  application: string
  timestamp: string
  variable: string
  value: string
  channel?: Channel
}

export type ChannelHold = {
  type: 'ChannelHold'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
  musicclass?: string
}

export type ChannelUnhold = {
  type: 'ChannelUnhold'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
}

export type ChannelToneDetected = {
  type: 'ChannelToneDetected'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
}

export type ChannelTalkingStarted = {
  type: 'ChannelTalkingStarted'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
}

export type ChannelTalkingFinished = {
  type: 'ChannelTalkingFinished'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
  duration: number
}

export type ContactStatusChange = {
  type: 'ContactStatusChange'
  asterisk_id?: string
  application: string
  timestamp: string
  endpoint: Endpoint
  contact_info: ContactInfo
}

export type PeerStatusChange = {
  type: 'PeerStatusChange'
  asterisk_id?: string
  application: string
  timestamp: string
  endpoint: Endpoint
  peer: Peer
}

export type EndpointStateChange = {
  type: 'EndpointStateChange'
  asterisk_id?: string
  application: string
  timestamp: string
  endpoint: Endpoint
}

export type Dial = {
  type: 'Dial'
  asterisk_id?: string
  application: string
  timestamp: string
  caller?: Channel
  peer: Channel
  forward?: string
  forwarded?: Channel
  dialstring?: string
  dialstatus: string
}

export type StasisEnd = {
  type: 'StasisEnd'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
}

export type StasisStart = {
  type: 'StasisStart'
  asterisk_id?: string
  application: string
  timestamp: string
  args: string[]
  channel: Channel
  replace_channel?: Channel
}

export type TextMessageReceived = {
  type: 'TextMessageReceived'
  asterisk_id?: string
  application: string
  timestamp: string
  message: TextMessage
  endpoint?: Endpoint
}

export type ChannelConnectedLine = {
  type: 'ChannelConnectedLine'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
}

export type ChannelTransfer = {
  type: 'ChannelTransfer'
  asterisk_id?: string
  application: string
  timestamp: string
  state?: string
  refer_to: ReferTo
  referred_by: ReferredBy
}

export type ReferTo = {
  requested_destination: RequiredDestination
  destination_channel?: Channel
  connected_channel?: Channel
  bridge?: Bridge
}

export type ReferredBy = {
  source_channel: Channel
  connected_channel?: Channel
  bridge?: Bridge
}

export type RequiredDestination = {
  protocol_id?: string
  destination?: string
  additional_protocol_params?: AdditionalParam[]
}

export type AdditionalParam = {
  parameter_name: string
  parameter_value: string
}

export type RESTHeader = {
  name: string
  value: string
}

export type RESTQueryStringParameter = {
  name: string
  value: string
}

export type RESTRequest = {
  type: string
  transaction_id: string
  request_id: string
  method: string
  uri: string
  content_type?: string
  query_strings?: RESTQueryStringParameter[]
  message_body?: string
}

export type RESTResponse = {
  type: 'RESTResponse'
  asterisk_id?: string
  application: string
  timestamp: string
  transaction_id: string
  request_id: string
  status_code: number
  reason_phrase: string
  uri: string
  content_type?: string
  message_body?: string
}

export type CallBroadcast = {
  type: 'CallBroadcast'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
  caller?: string
  called?: string
}

export type CallClaimed = {
  type: 'CallClaimed'
  asterisk_id?: string
  application: string
  timestamp: string
  channel: Channel
  winner_app: string
}

export type Mailbox = {
  name: string
  old_messages: number
  new_messages: number
}

export type Playback = {
  id: string
  media_uri: string
  next_media_uri?: string
  target_uri: string
  language?: string
  state: 'queued' | 'playing' | 'continuing' | 'done' | 'failed'
}

export type StoredRecording = {
  name: string
  format: string
}

export type LiveRecording = {
  name: string
  format: string
  target_uri: string
  state: 'queued' | 'recording' | 'paused' | 'done' | 'failed' | 'canceled'
  duration?: number
  talking_duration?: number
  silence_duration?: number
  cause?: string
}

export type FormatLangPair = {
  language: string
  format: string
}

export type Sound = {
  id: string
  text?: string
  formats: FormatLangPair[]
}

export const eventTypes = [
  'DeviceStateChanged',
  'PlaybackStarted',
  'PlaybackContinuing',
  'PlaybackFinished',
  'RecordingStarted',
  'RecordingFinished',
  'RecordingFailed',
  'ApplicationMoveFailed',
  'ApplicationRegistered',
  'ApplicationUnregistered',
  'ApplicationReplaced',
  'BridgeCreated',
  'BridgeDestroyed',
  'BridgeMerged',
  'BridgeBlindTransfer',
  'BridgeAttendedTransfer',
  'BridgeVideoSourceChanged',
  'ChannelCreated',
  'ChannelDestroyed',
  'ChannelEnteredBridge',
  'ChannelLeftBridge',
  'ChannelStateChange',
  'ChannelDtmfReceived',
  'ChannelDialplan',
  'ChannelCallerId',
  'ChannelUserevent',
  'ChannelHangupRequest',
  'ChannelVarset',
  'ChannelToneDetected',
  'ChannelTalkingStarted',
  'ChannelTalkingFinished',
  'ChannelHold',
  'ChannelUnhold',
  'ContactStatusChange',
  'EndpointStateChange',
  'Dial',
  'StasisEnd',
  'StasisStart',
  'TextMessageReceived',
  'ChannelConnectedLine',
  'PeerStatusChange',
  'ChannelTransfer',
  'RESTResponse',
  'CallBroadcast',
  'CallClaimed',
] as const

export type AriEvent =
  | DeviceStateChanged
  | PlaybackStarted
  | PlaybackContinuing
  | PlaybackFinished
  | RecordingStarted
  | RecordingFinished
  | RecordingFailed
  | ApplicationMoveFailed
  | ApplicationRegistered
  | ApplicationUnregistered
  | ApplicationReplaced
  | BridgeCreated
  | BridgeDestroyed
  | BridgeMerged
  | BridgeBlindTransfer
  | BridgeAttendedTransfer
  | BridgeVideoSourceChanged
  | ChannelCreated
  | ChannelDestroyed
  | ChannelEnteredBridge
  | ChannelLeftBridge
  | ChannelStateChange
  | ChannelDtmfReceived
  | ChannelDialplan
  | ChannelCallerId
  | ChannelUserevent
  | ChannelHangupRequest
  | ChannelVarset
  | ChannelToneDetected
  | ChannelTalkingStarted
  | ChannelTalkingFinished
  | ChannelHold
  | ChannelUnhold
  | ContactStatusChange
  | EndpointStateChange
  | Dial
  | StasisEnd
  | StasisStart
  | TextMessageReceived
  | ChannelConnectedLine
  | PeerStatusChange
  | ChannelTransfer
  | RESTResponse
  | CallBroadcast
  | CallClaimed

export type AriResources = {
  applications: {
    list(): Promise<Application[]>
    get(params: { applicationName: string }): Promise<Application>
    subscribe(params: { applicationName: string; eventSource: string | string[] }): Promise<Application>
    unsubscribe(params: { applicationName: string; eventSource: string | string[] }): Promise<Application>
    filter(params: { applicationName: string; filter?: Record<string, unknown> }): Promise<Application>
  }
  asterisk: {
    getObject(params: { configClass: string; objectType: string; id: string }): Promise<ConfigTuple[]>
    updateObject(params: { configClass: string; objectType: string; id: string; fields?: ConfigTuple[] }): Promise<ConfigTuple[]>
    deleteObject(params: { configClass: string; objectType: string; id: string }): Promise<void>
    getInfo(params?: { only?: string | string[] }): Promise<AsteriskInfo>
    ping(): Promise<AsteriskPing>
    listModules(): Promise<Module[]>
    getModule(params: { moduleName: string }): Promise<Module>
    loadModule(params: { moduleName: string }): Promise<void>
    unloadModule(params: { moduleName: string }): Promise<void>
    reloadModule(params: { moduleName: string }): Promise<void>
    listLogChannels(): Promise<LogChannel[]>
    addLog(params: { logChannelName: string; configuration: string }): Promise<void>
    deleteLog(params: { logChannelName: string }): Promise<void>
    rotateLog(params: { logChannelName: string }): Promise<void>
    getGlobalVar(params: { variable: string }): Promise<Variable>
    setGlobalVar(params: { variable: string; value?: string }): Promise<void>
  }
  bridges: {
    list(): Promise<Bridge[]>
    create(params?: { type?: string; bridgeId?: string; name?: string; variables?: Record<string, string> }): Promise<Bridge>
    createWithId(params: { type?: string; bridgeId: string; name?: string; variables?: Record<string, string> }): Promise<Bridge>
    get(params: { bridgeId: string }): Promise<Bridge>
    destroy(params: { bridgeId: string }): Promise<void>
    getBridgeVar(params: { bridgeId: string; variable: string }): Promise<Variable>
    setBridgeVar(params: { bridgeId: string; variable: string; value?: string; report_events?: boolean }): Promise<void>
    getBridgeVars(params: { bridgeId: string; variables: string | string[] }): Promise<Variables>
    setBridgeVars(params: { bridgeId: string; variables: Record<string, string> }): Promise<void>
    addChannel(params: { bridgeId: string; channel: string | string[]; role?: string; absorbDTMF?: boolean; mute?: boolean; inhibitConnectedLineUpdates?: boolean }): Promise<void>
    removeChannel(params: { bridgeId: string; channel: string | string[] }): Promise<void>
    setVideoSource(params: { bridgeId: string; channelId: string }): Promise<void>
    clearVideoSource(params: { bridgeId: string }): Promise<void>
    startMoh(params: { bridgeId: string; mohClass?: string }): Promise<void>
    stopMoh(params: { bridgeId: string }): Promise<void>
    play(params: { bridgeId: string; media: string | string[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }): Promise<Playback>
    playWithId(params: { bridgeId: string; playbackId: string; media: string | string[]; announcer_format?: string; lang?: string; offsetms?: number; skipms?: number }): Promise<Playback>
    record(params: { bridgeId: string; name: string; format: string; recorder_format?: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: string; beep?: boolean; terminateOn?: string }): Promise<LiveRecording>
  }
  channels: {
    list(): Promise<Channel[]>
    originate(params: { endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, string>; channelId?: string; otherChannelId?: string; originator?: string; formats?: string }): Promise<Channel>
    create(params: { endpoint: string; app: string; appArgs?: string; channelId?: string; otherChannelId?: string; originator?: string; formats?: string; variables?: Record<string, string> }): Promise<Channel>
    get(params: { channelId: string }): Promise<Channel>
    originateWithId(params: { channelId: string; endpoint: string; extension?: string; context?: string; priority?: number; label?: string; app?: string; appArgs?: string; callerId?: string; timeout?: number; variables?: Record<string, string>; otherChannelId?: string; originator?: string; formats?: string }): Promise<Channel>
    hangup(params: { channelId: string; reason_code?: string; reason?: string }): Promise<void>
    continueInDialplan(params: { channelId: string; context?: string; extension?: string; priority?: number; label?: string }): Promise<void>
    move(params: { channelId: string; app: string; appArgs?: string }): Promise<void>
    redirect(params: { channelId: string; endpoint: string }): Promise<void>
    answer(params: { channelId: string }): Promise<void>
    ring(params: { channelId: string }): Promise<void>
    ringStop(params: { channelId: string }): Promise<void>
    progress(params: { channelId: string }): Promise<void>
    sendDTMF(params: { channelId: string; dtmf?: string; before?: number; between?: number; duration?: number; after?: number }): Promise<void>
    mute(params: { channelId: string; direction?: string }): Promise<void>
    unmute(params: { channelId: string; direction?: string }): Promise<void>
    hold(params: { channelId: string }): Promise<void>
    unhold(params: { channelId: string }): Promise<void>
    startMoh(params: { channelId: string; mohClass?: string }): Promise<void>
    stopMoh(params: { channelId: string }): Promise<void>
    startSilence(params: { channelId: string }): Promise<void>
    stopSilence(params: { channelId: string }): Promise<void>
    play(params: { channelId: string; media: string | string[]; lang?: string; offsetms?: number; skipms?: number; playbackId?: string }): Promise<Playback>
    playWithId(params: { channelId: string; playbackId: string; media: string | string[]; lang?: string; offsetms?: number; skipms?: number }): Promise<Playback>
    record(params: { channelId: string; name: string; format: string; maxDurationSeconds?: number; maxSilenceSeconds?: number; ifExists?: string; beep?: boolean; terminateOn?: string }): Promise<LiveRecording>
    getChannelVar(params: { channelId: string; variable: string }): Promise<Variable>
    setChannelVar(params: { channelId: string; variable: string; value?: string; report_events?: boolean }): Promise<void>
    getChannelVars(params: { channelId: string; variables: string | string[] }): Promise<Variables>
    setChannelVars(params: { channelId: string; variables: Record<string, string> }): Promise<void>
    snoopChannel(params: { channelId: string; spy?: string; whisper?: string; app: string; appArgs?: string; snoopId?: string }): Promise<Channel>
    snoopChannelWithId(params: { channelId: string; snoopId: string; spy?: string; whisper?: string; app: string; appArgs?: string }): Promise<Channel>
    dial(params: { channelId: string; caller?: string; timeout?: number }): Promise<void>
    rtpstatistics(params: { channelId: string }): Promise<RTPstat>
    externalMedia(params: { channelId?: string; app: string; variables?: Record<string, string>; external_host?: string; encapsulation?: string; transport?: string; connection_type?: string; format: string; direction?: string; data?: string; transport_data?: string }): Promise<Channel>
    transfer_progress(params: { channelId: string; states: string }): Promise<void>
  }
  deviceStates: {
    list(): Promise<DeviceState[]>
    get(params: { deviceName: string }): Promise<DeviceState>
    update(params: { deviceName: string; deviceState: string }): Promise<void>
    delete(params: { deviceName: string }): Promise<void>
  }
  endpoints: {
    list(): Promise<Endpoint[]>
    sendMessage(params: { to: string; from: string; body?: string; variables?: Record<string, string> }): Promise<void>
    refer(params: { to: string; from: string; refer_to: string; to_self?: boolean; variables?: Record<string, string> }): Promise<void>
    listByTech(params: { tech: string }): Promise<Endpoint[]>
    get(params: { tech: string; resource: string }): Promise<Endpoint>
    sendMessageToEndpoint(params: { tech: string; resource: string; from: string; body?: string; variables?: Record<string, string> }): Promise<void>
    referToEndpoint(params: { tech: string; resource: string; from: string; refer_to: string; to_self?: boolean; variables?: Record<string, string> }): Promise<void>
  }
  events: {
    userEvent(params: { eventName: string; application: string; source?: string | string[]; variables?: Record<string, string> }): Promise<void>
    claimChannel(params: { channelId: string; application: string }): Promise<void>
  }
  mailboxes: {
    list(): Promise<Mailbox[]>
    get(params: { mailboxName: string }): Promise<Mailbox>
    update(params: { mailboxName: string; oldMessages: number; newMessages: number }): Promise<void>
    delete(params: { mailboxName: string }): Promise<void>
  }
  playbacks: {
    get(params: { playbackId: string }): Promise<Playback>
    stop(params: { playbackId: string }): Promise<void>
    control(params: { playbackId: string; operation: string }): Promise<void>
  }
  recordings: {
    listStored(): Promise<StoredRecording[]>
    getStored(params: { recordingName: string }): Promise<StoredRecording>
    deleteStored(params: { recordingName: string }): Promise<void>
    getStoredFile(params: { recordingName: string }): Promise<Buffer>
    copyStored(params: { recordingName: string; destinationRecordingName: string }): Promise<StoredRecording>
    getLive(params: { recordingName: string }): Promise<LiveRecording>
    cancel(params: { recordingName: string }): Promise<void>
    stop(params: { recordingName: string }): Promise<void>
    pause(params: { recordingName: string }): Promise<void>
    unpause(params: { recordingName: string }): Promise<void>
    mute(params: { recordingName: string }): Promise<void>
    unmute(params: { recordingName: string }): Promise<void>
  }
  sounds: {
    list(params?: { lang?: string; format?: string }): Promise<Sound[]>
    get(params: { soundId: string }): Promise<Sound>
  }
}

