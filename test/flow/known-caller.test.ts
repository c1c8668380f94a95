import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newInbound } from '../../server/telephony/flow/inbound.ts'
import type { FlowEvent, LineForFlow } from '../../server/telephony/flow/types.ts'
import { lineOf } from './lines.ts'
import { transcript, type Transcript } from './transcript.ts'

const press = (call: Transcript, digit: string) => call.on({ type: 'digitPressed', digit })
const said = (lines: string[]) => lines.find((line) => line.startsWith('play '))

function calling(language: string | null, line: LineForFlow = lineOf(['hi', 'ta'])): Transcript {
  const call = transcript(newInbound())
  call.on({ type: 'arrived', line })
  if (language !== null) expect(call.on({ type: 'callerKnown', language })).toEqual([])
  return call
}

describe('a number that has rung before', () => {
  test('is taken on in its own language by any key that is no other language’s, and spared what it has heard', () => {
    const call = calling('ta')
    expect(said(press(call, '7'))).toBe('play leave-message/ta')
  })

  test('still chooses freely, and is spared the same', () => {
    expect(said(press(calling('ta'), '1'))).toBe('play leave-message/hi')
    expect(said(press(calling(null), '1'))).toBe('play pin-offer/hi leave-message/hi')
  })

  test('waits for an agent without hearing of PINs again; the key for one works as ever', () => {
    const line = lineOf(['hi', 'ta'], { queueLimitSeconds: 60 })
    const call = calling('ta', line)
    press(call, '#')
    const comfort = call.on({ type: 'nobodyFree', step: call.step, isAnyoneOnDuty: true, place: 1, waitMinutes: null })
    expect(said(comfort)).toBe('play hold-on/ta your-place/ta digit-1/ta wait-keys/ta')
    expect(said(press(call, '0'))).toBe('play pin-enter/ta')
  })

  test('of a language that the line does not have counts as unknown', () => {
    expect(said(press(calling('bn'), '7'))).toBe('play please-choose/hi menu-1/hi menu-2/ta')
  })

  test('on a line of one language nothing changes: nobody has pressed a key', () => {
    const call = transcript(newInbound())
    expect(said(call.on({ type: 'arrived', line: lineOf(['bn']) }))).toBe('play greeting/bn pin-offer/bn leave-message/bn')
    expect(call.on({ type: 'callerKnown', language: 'bn' })).toEqual([])
  })

  test('hears and causes exactly what a stranger does until a key is pressed, whatever else happens and whenever it is known', () => {
    const silence: fc.Arbitrary<FlowEvent> = fc.oneof(
      fc.constant({ type: 'playbackFinished' as const, step: 0 }),
      fc.constant({ type: 'timerFired' as const, step: 0 }),
      fc.constant({ type: 'agentsChanged' as const }),
      fc.constant({ type: 'resumed' as const, legs: { caller: 'up' as const }, recording: 'none' as const, isNewProcess: false }),
      fc.record({ type: fc.constant('recordingFinished' as const), step: fc.constant(0), seconds: fc.nat(20), talkingSeconds: fc.nat(20) }),
      fc.constant({ type: 'legEnded' as const, leg: 'caller' as const, cause: 16, sipStatus: null }),
    )
    const lines = fc.record({
      languages: fc.constantFrom<string[][]>(['hi', 'ta'], ['ta'], ['bn', 'hi', 'ta']),
      isOpen: fc.boolean(),
      queueLimitSeconds: fc.constantFrom(0, 60),
      canCallBack: fc.boolean(),
    })
    fc.assert(
      fc.property(lines, fc.array(silence, { maxLength: 20 }), fc.nat(20), ({ languages, ...own }, events, knownAfter) => {
        const [known, stranger] = [transcript(newInbound()), transcript(newInbound())]
        for (const call of [known, stranger]) call.on({ type: 'arrived', line: lineOf(languages, own) })
        events.forEach((drawn, index) => {
          if (index === knownAfter) known.on({ type: 'callerKnown', language: 'ta' })
          for (const call of [known, stranger]) call.on('step' in drawn ? { ...drawn, step: call.step } : drawn)
        })
        expect(known.effects).toEqual(stranger.effects)
      }),
      { numRuns: 500 },
    )
  })
})
