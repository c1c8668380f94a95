/** Frames as a real Asterisk 22.10.1 sent them (numbers made up), and what we make of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decode, unusedTypes } from '../../server/telephony/ari/decode.ts'
import type { TelephonyEvent } from '../../server/telephony/ari/events.ts'
import { eventTypes } from '../../server/telephony/ari/types.generated.ts'

const channel = {
  id: '1795474841.1',
  name: 'PJSIP/trunk-bd-0000001f',
  state: 'Ring',
  protocol_id: '',
  caller: { name: '', number: '+8801700000001' },
  connected: { name: '', number: '' },
  accountcode: '',
  dialplan: {
    context: 'inbound',
    exten: 's',
    priority: 8,
    app_name: 'StasisBroadcast',
    app_data: '1000,^ringback-[0-9]+$,inbound:+8809610000001',
  },
  creationtime: '2026-11-23T23:00:41.140+0000',
  language: 'en',
}
const facts = {
  channelId: '1795474841.1',
  state: 'Ring',
  endpoint: 'PJSIP/trunk-bd',
  callerNumber: '+8801700000001',
  calledNumber: 's',
  language: 'en',
  createdAt: new Date('2026-11-23T23:00:41.140Z'),
}
const playback = { id: 'p2', media_uri: 'sound:nonexistent', target_uri: 'channel:1795474841.1', language: 'en', state: 'failed' }
const recording = {
  name: 'fb/x-1',
  format: 'wav',
  state: 'done',
  target_uri: 'channel:1795474841.1',
  duration: 9,
  talking_duration: 7,
  silence_duration: 2,
}
const bridge = {
  id: 'b1',
  technology: 'simple_bridge',
  bridge_type: 'mixing',
  bridge_class: 'stasis',
  creator: 'Stasis',
  name: '',
  channels: ['1795474841.1'],
}
const onLeg = { channelId: '1795474841.1', bridgeId: undefined }
const agent = { technology: 'PJSIP', resource: 'agent-7', state: 'online', channel_ids: [] }

/** Half surrogates included. Not fast-check's own `binary` unit, which takes seconds to build its tables. */
const anyText = fc.string({ unit: fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point)) })

function frame(event: object): string {
  return JSON.stringify({
    timestamp: '2026-11-23T23:00:41.142+0000',
    asterisk_id: '02:fc:00:00:00:01',
    application: 'ringback-1',
    ...event,
  })
}

function eventOf(event: object): unknown {
  const decoded = decode(frame(event))
  if (decoded.kind !== 'event') return decoded
  const { at, application, ...rest } = decoded.event
  expect(at).toEqual(new Date('2026-11-23T23:00:41.142Z'))
  expect(application).toBe('ringback-1')
  return rest
}

const known: Array<[string, object, object]> = [
  [
    'a call is in our application',
    { type: 'StasisStart', args: ['inbound', '+8809610000001'], channel },
    { type: 'arrived', channelId: '1795474841.1', channel: facts, args: ['inbound', '+8809610000001'] },
  ],
  [
    'a call is offered to all services',
    { type: 'CallBroadcast', channel, caller: '+8801700000001', called: 's' },
    { type: 'broadcastOffered', channelId: '1795474841.1', channel: facts, callerNumber: '+8801700000001', calledNumber: 's' },
  ],
  [
    'another service has claimed it',
    { type: 'CallClaimed', channel, winner_app: 'ringback-2' },
    { type: 'broadcastTaken', channelId: '1795474841.1', winner: 'ringback-2' },
  ],
  [
    'a key',
    { type: 'ChannelDtmfReceived', digit: '#', duration_ms: 280, channel },
    { type: 'digitPressed', channelId: '1795474841.1', digit: '#', durationMs: 280 },
  ],
  [
    'the far end hangs up before the answer',
    { type: 'ChannelHangupRequest', cause: 127, tech_cause: 487, channel },
    { type: 'hangupRequested', channelId: '1795474841.1', cause: 127, techCause: 487 },
  ],
  ['the call leaves our application', { type: 'StasisEnd', channel }, { type: 'left', channelId: '1795474841.1', channel: facts }],
  [
    'the far end is busy',
    { type: 'ChannelDestroyed', cause: 17, cause_txt: 'User busy', tech_cause: 486, channel },
    { type: 'destroyed', channelId: '1795474841.1', cause: 17, causeText: 'User busy', techCause: 486 },
  ],
  [
    'the cause of a Local channel, which carries SIP status and cause in one number',
    { type: 'ChannelDestroyed', cause: 486017, cause_txt: 'Unknown', channel },
    { type: 'destroyed', channelId: '1795474841.1', cause: 486017, causeText: 'Unknown', techCause: undefined },
  ],
  [
    'a dialled phone rings',
    { type: 'Dial', dialstatus: 'RINGING', forward: '', dialstring: '', peer: channel },
    { type: 'dialProgress', channelId: '1795474841.1', dialStatus: 'RINGING' },
  ],
  [
    'a leg is up',
    { type: 'ChannelStateChange', channel: { ...channel, state: 'Up' } },
    { type: 'channelStateChanged', channelId: '1795474841.1', state: 'Up' },
  ],
  [
    'a sound that is missing',
    { type: 'PlaybackFinished', playback },
    { type: 'playbackFinished', playbackId: 'p2', state: 'failed', ...onLeg },
  ],
  [
    'a sound in a bridge has ended',
    { type: 'PlaybackFinished', playback: { ...playback, state: 'done', target_uri: 'bridge:b1' } },
    { type: 'playbackFinished', playbackId: 'p2', state: 'done', channelId: undefined, bridgeId: 'b1' },
  ],
  ['a recording runs', { type: 'RecordingStarted', recording }, { type: 'recordingStarted', name: 'fb/x-1', ...onLeg }],
  [
    'a recording is kept',
    { type: 'RecordingFinished', recording },
    { type: 'recordingFinished', name: 'fb/x-1', durationSeconds: 9, talkingSeconds: 7, ...onLeg },
  ],
  [
    'a recording could not be made',
    { type: 'RecordingFailed', recording: { ...recording, state: 'failed', cause: 'Cannot record channel while in bridge' } },
    { type: 'recordingFailed', name: 'fb/x-1', cause: 'Cannot record channel while in bridge', ...onLeg },
  ],
  ['a leg joins', { type: 'ChannelEnteredBridge', bridge, channel }, { type: 'enteredBridge', bridgeId: 'b1', channelId: '1795474841.1' }],
  ['a leg goes', { type: 'ChannelLeftBridge', bridge, channel }, { type: 'leftBridge', bridgeId: 'b1', channelId: '1795474841.1' }],
  ['a bridge ends', { type: 'BridgeDestroyed', bridge }, { type: 'bridgeDestroyed', bridgeId: 'b1' }],
  [
    'a leg stays because the other service is gone',
    { type: 'ApplicationMoveFailed', destination: 'ringback-9', args: [], channel },
    { type: 'moveFailed', channelId: '1795474841.1', destination: 'ringback-9' },
  ],
  [
    'another service asks whether we are there',
    { type: 'ChannelUserevent', eventname: 'ringback-there', userevent: { eventname: 'ringback-there', from: 'ringback-2' } },
    { type: 'serviceAsked', from: 'ringback-2' },
  ],
  [
    'another service says that it is there',
    { type: 'ChannelUserevent', eventname: 'ringback-here', userevent: { from: 'ringback-2' } },
    { type: 'serviceAnswered', from: 'ringback-2' },
  ],
  [
    'an agent’s phone registers',
    { type: 'PeerStatusChange', endpoint: agent, peer: { peer_status: 'Reachable' } },
    { type: 'phoneChanged', endpoint: 'PJSIP/agent-7', status: 'reachable' },
  ],
  [
    'an agent’s phone is unplugged',
    { type: 'PeerStatusChange', endpoint: agent, peer: { peer_status: 'Unreachable' } },
    { type: 'phoneChanged', endpoint: 'PJSIP/agent-7', status: 'unreachable' },
  ],
]

describe('events', () => {
  test.each(known)('%s', (_what, event, expected) => {
    expect(eventOf(event)).toEqual(expected)
  })

  test('every kind of ours is among these', () => {
    const kinds: Record<TelephonyEvent['type'], true> = {
      arrived: true,
      broadcastOffered: true,
      broadcastTaken: true,
      digitPressed: true,
      hangupRequested: true,
      left: true,
      destroyed: true,
      dialProgress: true,
      channelStateChanged: true,
      playbackFinished: true,
      recordingStarted: true,
      recordingFinished: true,
      recordingFailed: true,
      enteredBridge: true,
      leftBridge: true,
      bridgeDestroyed: true,
      moveFailed: true,
      serviceAsked: true,
      serviceAnswered: true,
      phoneChanged: true,
      textReceived: true,
    }
    const shown = new Set(known.map(([, , expected]) => (expected as TelephonyEvent).type))
    expect(shown).toEqual(new Set(Object.keys(kinds).filter((kind) => kind !== 'textReceived')))
  })

  test('a leg’s endpoint is its name without the running number', () => {
    const endpoint = (name: string) =>
      (eventOf({ type: 'StasisEnd', channel: { ...channel, name } }) as { channel: { endpoint: string } }).channel.endpoint

    expect(endpoint('PJSIP/bd-card-00000a01')).toBe('PJSIP/bd-card')
    expect(endpoint('Local/call@out-bd-card-00000007;2')).toBe('Local/call@out-bd-card')
  })

  test('a withheld number is an empty one', () => {
    expect(eventOf({ type: 'StasisEnd', channel: { ...channel, caller: { name: '', number: '' } } })).toMatchObject({
      channel: { callerNumber: '' },
    })
  })

  test('what nobody listens to is ignored, and Asterisk is asked not to send it', () => {
    expect(decode(frame({ type: 'ChannelVarset', variable: 'A', value: 'b' }))).toEqual({ kind: 'ignored' })
    expect(unusedTypes).toContain('ChannelVarset')
    expect(unusedTypes).not.toContain('StasisStart')
    expect(unusedTypes).not.toContain('ApplicationReplaced')
  })

  test('another process under our name is told apart from events', () => {
    expect(decode(frame({ type: 'ApplicationReplaced' }))).toEqual({ kind: 'replaced', application: 'ringback-1' })
  })
})

describe('texts', () => {
  const message = (body: string, contentLength: number, from = '"x" <sip:+8801700000001@127.0.0.2:5170>') => ({
    type: 'TextMessageReceived',
    endpoint: { technology: 'PJSIP', resource: 'trunk-bd', state: 'online', channel_ids: [] },
    message: {
      from,
      to: 'sip:+8809610000001@127.0.0.1',
      body,
      variables: { 'Call-ID': 'abc@127.0.0.2', 'Content-Length': String(contentLength) },
    },
  })

  test('numbers, words and the id by which a repetition is known', () => {
    const body = 'নমস্কার "quoted"\n你好 🙂'
    expect(eventOf(message(body, Buffer.byteLength(body)))).toEqual({
      type: 'textReceived',
      endpoint: 'PJSIP/trunk-bd',
      fromNumber: '+8801700000001',
      toNumber: '+8809610000001',
      body,
      bodyLost: false,
      sipCallId: 'abc@127.0.0.2',
    })
  })

  test('one too long for Asterisk arrives empty, and that is said', () => {
    expect(eventOf(message('', 1100))).toMatchObject({ body: '', bodyLost: true })
  })

  test('line breaks at its end, which Asterisk takes off, are nothing lost', () => {
    expect(eventOf(message('call me', Buffer.byteLength('call me\r\n')))).toMatchObject({ body: 'call me', bodyLost: false })
  })

  test('an empty one is no lost one', () => {
    expect(eventOf(message('', 0))).toMatchObject({ body: '', bodyLost: false })
  })

  test.each([
    ['sip:anonymous@anonymous.invalid', 'anonymous'],
    ['not an address at all', ''],
    ['<sips:+84900000001;phone-context=vn@10.0.0.1>', '+84900000001'],
    ['tel:+84900000001', '+84900000001'],
    [`sip:${'9'.repeat(500)}@x`, '9'.repeat(64)],
  ])('a sender such as %s is no reason to lose a text', (from, fromNumber) => {
    expect(eventOf(message('hello', 5, from))).toMatchObject({ body: 'hello', fromNumber })
  })

  test('nor are missing headers or a missing endpoint', () => {
    const bare = { type: 'TextMessageReceived', message: { from: '', to: '', body: 'hello' } }
    expect(eventOf(bare)).toMatchObject({ body: 'hello', bodyLost: false, sipCallId: '', endpoint: '' })
  })

  test('any sender, body and header gives a text', () => {
    fc.assert(
      fc.property(anyText, anyText, fc.anything({ maxDepth: 1 }), (from, body, variables) => {
        const decoded = decode(frame({ type: 'TextMessageReceived', message: { from, to: from, body, variables } }))
        expect(decoded).toMatchObject({
          kind: 'event',
          event: { body: body.toWellFormed() === body ? body : (expect.any(String) as unknown) },
        })
      }),
    )
  })
})

describe('what is no event of ours', () => {
  test.each([
    ['', 'malformed'],
    ['{', 'malformed'],
    ['null', 'malformed'],
    ['"StasisStart"', 'malformed'],
    ['[{"type":"StasisStart"}]', 'malformed'],
    ['{"type":7}', 'malformed'],
    ['{"type":"ChannelTurnedBlue"}', 'unknown'],
    ['{"type":"constructor"}', 'unknown'],
    [frame({ type: 'StasisStart', args: [], channel: { ...channel, creationtime: 'soon' } }), 'malformed'],
    [frame({ type: 'StasisStart', args: 'none', channel }), 'malformed'],
    [frame({ type: 'StasisEnd', channel: { ...channel, id: '../../etc/passwd' } }), 'refused'],
    [frame({ type: 'StasisEnd', channel: { ...channel, id: 'a b' } }), 'refused'],
    [frame({ type: 'RecordingFinished', recording: { ...recording, name: 'a/../../b' } }), 'refused'],
    [frame({ type: 'ChannelDtmfReceived', digit: 'x', duration_ms: 1, channel }), 'refused'],
    [frame({ type: 'StasisEnd', channel, application: 'Not Ours' }), 'refused'],
    [frame({ type: 'StasisEnd', channel, timestamp: undefined }), 'malformed'],
  ])('%s is dropped as %s', (text, why) => {
    expect(decode(text)).toEqual({ kind: 'dropped', why })
  })

  test('a binary frame is dropped', () => {
    expect(decode(undefined)).toEqual({ kind: 'dropped', why: 'malformed' })
  })

  test('nothing at all makes it throw', () => {
    fc.assert(fc.property(anyText, (text) => void decode(text)))
    const value = fc.oneof(fc.anything({ maxDepth: 1 }), fc.constant(channel), fc.constant(playback), fc.constant(recording))
    const event = fc.record({
      type: fc.constantFrom(...eventTypes),
      channel: value,
      peer: value,
      playback: value,
      recording: value,
      bridge: value,
      endpoint: value,
      message: value,
      args: value,
    })
    fc.assert(fc.property(event, (each) => void decode(frame(each))))
  })
})
