/** A disk that fills up: messages get shorter, then none are taken; who rang is kept throughout. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advance } from '../../server/telephony/flow/index.ts'
import { newInbound } from '../../server/telephony/flow/inbound.ts'
import { messageSecondsFor } from '../../server/telephony/flow/message-limit.ts'
import type { FlowEvent, LineForFlow } from '../../server/telephony/flow/types.ts'
import { lineOf } from './lines.ts'
import { transcript, type Transcript } from './transcript.ts'

const MB = 1_000_000
const room = (messageSeconds: number): FlowEvent => ({ type: 'roomChanged', messageSeconds })
const played = (call: Transcript) => call.on({ type: 'playbackFinished', step: call.step })
const recorded = (call: Transcript, seconds: number) =>
  call.on({ type: 'recordingFinished', step: call.step, seconds, talkingSeconds: seconds })

/** A caller of a Bengali line who is being asked for a message. */
function asked(own: Partial<LineForFlow> = {}): Transcript {
  const call = transcript(newInbound())
  call.on({ type: 'arrived', line: lineOf(['bn'], own) })
  return call
}
function speaking(messageSeconds: number): Transcript {
  const call = asked()
  call.on(room(messageSeconds))
  played(call)
  return call
}

test.each([
  ['plenty', 1000 * MB, 0, 180],
  ['three minutes for one', 3 * MB, 0, 180],
  ['the same for two: a minute each', 3 * MB, 1, 60],
  ['a minute', MB, 0, 60],
  ['less than a minute', 0.9 * MB, 0, 20],
  ['less than twenty seconds', 0.3 * MB, 0, 0],
  ['nothing', 0, 0, 0],
  ['fifty speaking, 60 MB to spare', 60 * MB, 50, 60],
  ['another machine’s disk', Infinity, 100, 180],
])('%s', (_, spareBytes, others, seconds) => {
  expect(messageSecondsFor({ spareBytes, others })).toBe(seconds)
})

describe('a caller', () => {
  test.each([60, 20])('has %d seconds when there is room for no more, and what is said till the end counts as cut off', (seconds) => {
    const call = asked()
    call.on(room(seconds))
    expect(played(call)).toEqual([
      'step recording',
      `deadline caller ${seconds + 20} s`,
      `record bn up to ${seconds} s, silence 10 s`,
      `timer ${seconds + 10} s`,
    ])
    recorded(call, seconds)
    call.on({ type: 'digitPressed', digit: '1' })
    expect(call.on({ type: 'digitPressed', digit: '1' })).toContain('keep message bn, cut off')
  })

  test('keeps the limit they began with when it changes meanwhile', () => {
    const call = speaking(60)
    expect(call.on(room(20))).toEqual([])
    recorded(call, 40)
    expect(call.on({ type: 'legEnded', leg: 'caller', cause: 16, sipStatus: null })).toContain('keep message bn')
  })

  test('without room hears that they are called back, and are; nothing is recorded', () => {
    const call = asked()
    call.on(room(0))
    expect(played(call)).toEqual([
      'step no-recording message bn',
      'recordMissedCall',
      'deadline caller 35 s, then bn',
      'play we-call-back/bn goodbye/bn',
      'timer 25 s',
    ])
    expect(played(call)).toEqual(['hang up caller', 'end call completed'])
  })

  test('is not even asked when the room is gone before', () => {
    const call = transcript(newInbound())
    call.on(room(0))
    call.on({ type: 'arrived', line: lineOf(['bn', 'en']) })
    expect(call.on({ type: 'digitPressed', digit: '1' })).toContain('play we-call-back/bn goodbye/bn')
  })

  test('who cannot be called back is asked to ring again', () => {
    const call = asked({ canCallBack: false })
    call.on(room(0))
    expect(played(call)).toContain('play try-later/bn goodbye/bn')
  })

  test('who speaks when the last room goes is stopped there, and what was said is kept', () => {
    const call = speaking(180)
    // No room for another is no reason to stop this one.
    expect(call.on(room(0))).toEqual([])
    expect(call.on({ type: 'roomGone' }).slice(0, 2)).toEqual(['stopRecording', 'step contact'])
    expect(call.on({ type: 'legEnded', leg: 'caller', cause: 16, sipStatus: null })).toEqual([
      'keep message bn, cut off',
      'end call completed',
    ])
  })

  test('who wants to say it again, and there is no room for it, keeps what they said first', () => {
    const call = speaking(180)
    recorded(call, 12)
    call.on(room(0))
    expect(call.on({ type: 'digitPressed', digit: '2' })).toContain('play may-we-call/bn call-keys/bn')
    expect(call.on({ type: 'legEnded', leg: 'caller', cause: 16, sipStatus: null })).toContain('keep message bn')
  })

  test('never records for longer than was told last, whatever happens', () => {
    const event = fc.oneof(
      fc.constantFrom(0, 20, 60, 180).map(room),
      fc.constantFrom(...'12#').map((digit): FlowEvent => ({ type: 'digitPressed', digit })),
      fc.constant<FlowEvent>({ type: 'playbackFinished', step: 0 }),
      fc.constant<FlowEvent>({ type: 'timerFired', step: 0 }),
      fc.constant<FlowEvent>({ type: 'recordingFailed', step: 0 }),
      fc
        .integer({ min: 0, max: 180 })
        .map((seconds): FlowEvent => ({ type: 'recordingFinished', step: 0, seconds, talkingSeconds: seconds })),
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (events) => {
        let [state, told] = [asked().state, 180]
        for (const drawn of events) {
          if (drawn.type === 'roomChanged') told = drawn.messageSeconds
          const next = advance(state, 'step' in drawn ? { ...drawn, step: state.step } : drawn)
          for (const effect of next.effects) {
            if (effect.type !== 'record') continue
            expect(told).toBeGreaterThan(0)
            expect(effect.maxSeconds).toBe(told)
          }
          state = next.state
        }
      }),
      { numRuns: 500 },
    )
  })
})
