import { describe, expect, test } from 'vitest'
import { newInbound } from '../../server/telephony/flow/inbound.ts'
import type { FlowEvent } from '../../server/telephony/flow/types.ts'
import { lineOf } from './lines.ts'
import { transcript, type Transcript } from './transcript.ts'

const callerGone: FlowEvent = { type: 'legEnded', leg: 'caller', cause: 16, sipStatus: null }
const played = (call: Transcript) => call.on({ type: 'playbackFinished', step: call.step })
const timeOut = (call: Transcript) => call.on({ type: 'timerFired', step: call.step })
const press = (call: Transcript, digit: string) => call.on({ type: 'digitPressed', digit })
const recorded = (call: Transcript, seconds: number, talkingSeconds = seconds) =>
  call.on({ type: 'recordingFinished', step: call.step, seconds, talkingSeconds })
const checked = (call: Transcript, isGood: boolean) => call.on({ type: 'numberChecked', step: call.step, isGood })
const said = (lines: string[]) => lines.find((line) => line.startsWith('play '))

/** A caller of a Bengali line, at the tone. */
function speaking({ canCallBack = true } = {}): Transcript {
  const call = transcript(newInbound())
  call.on({ type: 'arrived', line: lineOf(['bn'], { canCallBack }) })
  played(call)
  return call
}
function reviewing(): Transcript {
  const call = speaking()
  recorded(call, 12)
  return call
}
function asked(): Transcript {
  const call = reviewing()
  press(call, '1')
  return call
}
function entering(): Transcript {
  const call = asked()
  press(call, '2')
  return call
}
function entered(): Transcript {
  const call = entering()
  for (const digit of '01712345678#') press(call, digit)
  return call
}
function readBack(): Transcript {
  const call = entered()
  checked(call, true)
  return call
}
function hearingPin(): Transcript {
  const call = asked()
  press(call, '3')
  return call
}

describe('a recorded message', () => {
  test('is said again when the caller wants to; the first one goes only when there is a second', () => {
    const call = reviewing()
    expect(said(press(call, '2'))).toBe('play leave-message/bn')
    expect(call.effects.map(({ type }) => type)).not.toContain('discardMessage')
    const first = call.effects.find((effect) => effect.type === 'record')!
    played(call)
    recorded(call, 20)
    expect(call.effects.filter(({ type }) => type === 'discardMessage')).toEqual([
      { type: 'discardMessage', step: first.step, language: 'bn' },
    ])
    press(call, '1')
    press(call, '1')
    const records = call.effects.filter((effect) => effect.type === 'record')
    expect(call.effects.filter(({ type }) => type === 'keepMessage')).toMatchObject([{ step: records[1]!.step }])
  })

  test('is not confirmed by the key that ended it, should that be told late', () => {
    const call = reviewing()
    expect(press(call, '#')).toEqual([])
    expect(call.at).toBe('review')
  })

  test.each([
    ['no speech is noticed, beside what that was: perhaps a whisper', (call: Transcript) => recorded(call, 10, 0), 2],
    ['they could not be recorded', (call: Transcript) => call.on({ type: 'recordingFailed', step: call.step }), 1],
  ])('is kept when the second time %s', (_, second, kept) => {
    const call = reviewing()
    press(call, '2')
    played(call)
    expect(said(second(call))).toBe('play may-we-call/bn call-keys/bn')
    call.on(callerGone)
    const steps = (of: string) => call.effects.flatMap((effect) => (effect.type === of && 'step' in effect ? [effect.step] : []))
    expect(steps('keepMessage').toSorted()).toEqual(steps('record').slice(0, kept).toSorted())
    expect(steps('discardMessage')).toEqual([])
  })

  test('in which no speech is noticed gets a PIN from a withheld number, and a goodbye from another', () => {
    expect(said(recorded(speaking({ canCallBack: false }), 10, 0))).toBe('play no-call/bn pin-is/bn <pin-1>/bn')
    const call = speaking()
    expect(said(recorded(call, 10, 0))).toBe('play goodbye/bn')
    expect(call.effects.map(({ type }) => type)).toContain('keepMessage')
  })

  test.each([
    ['no key comes', (call: Transcript) => (played(call), timeOut(call))],
    ['the key is 1', (call: Transcript) => press(call, '1')],
    ['the wrong key comes twice', (call: Transcript) => (press(call, '5'), press(call, '5'))],
  ])('is kept and the caller asked about a call when %s', (_, act) => {
    expect(said(act(reviewing()))).toBe('play may-we-call/bn call-keys/bn')
  })
})

describe('may we call?', () => {
  test.each([
    ['1: this number', (call: Transcript) => press(call, '1'), 'contact this'],
    ['silence, twice: once, neutrally, on the number they ring from', (call: Transcript) => (timeOut(call), timeOut(call)), undefined],
  ])('%s', (_, act, choice) => {
    const lines = act(asked())
    expect(lines.find((line) => line.startsWith('contact'))).toBe(choice)
    expect(lines).toContain('keep message bn')
    expect(said(lines)).toBe('play message-saved/bn goodbye/bn')
  })

  test('2: another number, which is read back and confirmed', () => {
    const call = asked()
    expect(said(press(call, '2'))).toBe('play enter-number/bn')
    expect(press(call, '0')).toEqual(['stopPlayback', 'keepDigit', 'timer 6 s'])
    for (const digit of '1712345678') expect(press(call, digit)).toEqual(['keepDigit', 'timer 6 s'])
    expect(press(call, '#')).toEqual(['stopPlayback', 'checkNumber', 'timer 3 s'])
    expect(said(checked(call, true))).toBe('play number-is/bn <number>/bn number-right/bn')
    const lines = press(call, '1')
    expect(lines.slice(1, 3)).toEqual(['contact other', 'keep message bn'])
    expect(said(lines)).toBe('play message-saved/bn goodbye/bn')
  })

  test('the digits of the other number are nowhere in what is saved', () => {
    const call = asked()
    const saved = [...'201712345678#'].map((digit) => {
      press(call, digit)
      return JSON.stringify(call.state)
    })
    checked(call, true)
    for (const state of [...saved, JSON.stringify(call.state)])
      expect(Object.keys(JSON.parse(state) as object)).toEqual(Object.keys(newInbound()))
    expect(call.state).toMatchObject({ digits: 11, messageSeconds: 180, limitSeconds: 180 })
    expect(JSON.stringify({ ...call.state, messageSeconds: 0, limitSeconds: 0 })).not.toMatch(/[0-9]{3}/)
  })

  test('a wrong number is asked for twice more, then the one they ring from is kept', () => {
    const call = entered()
    expect(said(checked(call, false))).toBe('play number-wrong/bn enter-number/bn')
    for (const digit of '12#') press(call, digit)
    expect(said(checked(call, false))).toBe('play number-wrong/bn enter-number/bn')
    for (const digit of '12#') press(call, digit)
    const lines = checked(call, false)
    expect(said(lines)).toBe('play number-kept/bn goodbye/bn')
    expect(lines).toContain('keep message bn')
    expect(call.effects.map(({ type }) => type)).not.toContain('chooseContact')
  })

  test('a number that the caller hears to be wrong is entered again', () => {
    const call = readBack()
    const lines = press(call, '2')
    expect(said(lines)).toBe('play enter-number/bn')
    expect(lines).toContain('forgetDigits')
  })

  test('3: none, and a PIN is read out in three groups, twice', () => {
    const call = asked()
    const heard = [said(press(call, '3'))]
    expect(call.effects.slice(-6).map(({ type }) => type)).toContain('chooseContact')
    for (let part = 1; part < 6; part++) {
      expect(played(call)).toEqual(['timer 2 s'])
      heard.push(said(timeOut(call)))
    }
    expect(heard).toEqual([
      'play no-call/bn pin-is/bn <pin-1>/bn',
      'play <pin-2>/bn',
      'play <pin-3>/bn',
      'play pin-again/bn <pin-1>/bn',
      'play <pin-2>/bn',
      'play <pin-3>/bn',
    ])
    const lines = played(call)
    expect(said(lines)).toBe('play message-kept/bn goodbye/bn')
    expect(lines).toContain('keep message bn')
  })

  test('is not asked of a withheld number: a PIN is read out at once', () => {
    const call = speaking({ canCallBack: false })
    recorded(call, 12)
    const lines = press(call, '1')
    expect(lines).toContain('contact none')
    expect(said(lines)).toBe('play no-call/bn pin-is/bn <pin-1>/bn')
  })
})

describe('the caller hangs up', () => {
  test.each([
    ['in the review', reviewing, []],
    [
      'before the second recording',
      () => {
        const call = reviewing()
        press(call, '2')
        return call
      },
      [],
    ],
    ['when asked about a call', asked, []],
    ['while entering a number', entering, []],
    ['while it is checked', entered, []],
    ['while it is read back: it is the number they want', readBack, ['contact other']],
    ['while the PIN is read', hearingPin, []],
    [
      'between its groups',
      () => {
        const call = hearingPin()
        played(call)
        return call
      },
      [],
    ],
  ])('%s: the message is kept', (_, at, more) => {
    const call = at()
    expect(call.on(callerGone)).toEqual([...more, 'keep message bn', 'end call completed'])
    expect(call.at).toBe('ended')
  })
})

describe('after we were away', () => {
  const back = (call: Transcript, isNewProcess: boolean) =>
    said(call.on({ type: 'resumed', legs: { caller: 'up' }, recording: 'none', isNewProcess }))

  test.each([
    ['the review', reviewing, 'play keep-or-again/bn'],
    ['the question', asked, 'play may-we-call/bn call-keys/bn'],
    ['a number being entered', entering, 'play enter-number/bn'],
    ['a number being read back, which is not known any more', readBack, 'play enter-number/bn'],
    ['a PIN, which is not known any more: another one', hearingPin, 'play no-call/bn pin-is/bn <pin-1>/bn'],
  ])('a new process goes on with %s', (_, at, prompts) => {
    expect(back(at(), true)).toBe(prompts)
  })

  test('the process that lost its connection goes on with the same group of the PIN', () => {
    const call = hearingPin()
    played(call)
    timeOut(call)
    expect(back(call, false)).toBe('play <pin-2>/bn')
  })

  test('a call that is gone leaves its message', () => {
    expect(asked().on({ type: 'channelLost', hasAsteriskRestarted: true })).toEqual(['keep message bn', 'end call lost'])
  })
})
