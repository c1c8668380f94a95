import { describe, expect, test } from 'vitest'
import { newInbound } from '../../server/telephony/flow/inbound.ts'
import type { FlowEvent } from '../../server/telephony/flow/types.ts'
import { lineOf } from './lines.ts'
import { transcript, type Transcript } from './transcript.ts'

const PIN = '4071835562'
const callerGone: FlowEvent = { type: 'legEnded', leg: 'caller', cause: 16, sipStatus: null }
const played = (call: Transcript) => call.on({ type: 'playbackFinished', step: call.step })
const timeOut = (call: Transcript) => call.on({ type: 'timerFired', step: call.step })
const press = (call: Transcript, digits: string) => [...digits].map((digit) => call.on({ type: 'digitPressed', digit })).at(-1)!
const recorded = (call: Transcript) => call.on({ type: 'recordingFinished', step: call.step, seconds: 9, talkingSeconds: 8 })
const answered = (call: Transcript, result: 'found' | 'not-found' | 'away', hasStatus = false) =>
  call.on({ type: 'pinChecked', step: call.step, result, hasStatus })
const said = (lines: string[]) => lines.find((line) => line.startsWith('play '))

function asking(): Transcript {
  const call = transcript(newInbound())
  call.on({ type: 'arrived', line: lineOf(['bn']) })
  press(call, '0')
  return call
}
function looking(): Transcript {
  const call = asking()
  press(call, PIN)
  return call
}
function hearing(hasStatus = true): Transcript {
  const call = looking()
  answered(call, 'found', hasStatus)
  return call
}

test('a worker enters a PIN and hears what was left for them, then how to go on', () => {
  const call = transcript(newInbound())
  expect(said(call.on({ type: 'arrived', line: lineOf(['bn']) }))).toBe('play greeting/bn pin-offer/bn leave-message/bn')
  expect(said(press(call, '0'))).toBe('play pin-enter/bn')
  press(call, PIN.slice(0, -1))
  expect(press(call, PIN.slice(-1))).toEqual(['keepDigit', 'checkPin', 'timer 1 s'])
  expect(said(answered(call, 'found', true))).toBe('play <status>/bn pin-more/bn')
  played(call)
  expect(said(timeOut(call))).toBe('play goodbye/bn')
  expect(played(call)).toEqual(['hang up caller', 'end call completed'])
  expect(call.effects.map(({ type }) => type)).not.toContain('recordMissedCall')
})

test('the key works from the language on: also while an agent is looked for, who is let go', () => {
  const call = transcript(newInbound())
  call.on({ type: 'arrived', line: lineOf(['bn'], { queueLimitSeconds: 120 }) })
  expect(call.at).toBe('seeking')
  const lines = press(call, '0')
  expect(lines).toContain('release whoever is held, free')
  expect(said(lines)).toBe('play pin-enter/bn')
})

test('nothing was left: a neutral sentence says so', () => {
  expect(said(answered(looking(), 'found'))).toBe('play pin-nothing-new/bn pin-more/bn')
})

test('the digits are nowhere in what is saved', () => {
  const call = looking()
  expect(call.state).toMatchObject({ digits: 10 })
  expect(JSON.stringify(call.state)).not.toContain(PIN.slice(0, 4))
})

test('a worker says more: the message is theirs, and nobody asks how to reach them', () => {
  const call = hearing()
  expect(said(press(call, '2'))).toBe('play leave-message/bn')
  played(call)
  expect(said(recorded(call))).toBe('play keep-or-again/bn')
  const lines = press(call, '1')
  expect(lines).toContain('keep message bn')
  expect(said(lines)).toBe('play message-kept/bn goodbye/bn')
  expect(call.effects.map(({ type }) => type)).not.toContain('chooseContact')
})

test('it may be heard again, a few times', () => {
  const call = hearing()
  for (let time = 1; time <= 5; time++) expect(said(press(call, '1'))).toBe('play <status>/bn pin-more/bn')
  expect(press(call, '1')).toEqual([])
})

describe('a PIN that is not found', () => {
  test('is asked for three times, then the caller may leave a message as anybody', () => {
    const call = looking()
    for (const _ of [2, 3]) {
      expect(said(answered(call, 'not-found'))).toBe('play pin-not-found/bn pin-enter/bn')
      press(call, PIN)
    }
    expect(said(answered(call, 'not-found'))).toBe('play pin-not-found/bn leave-message/bn')
    played(call)
    recorded(call)
    expect(said(press(call, '1'))).toBe('play may-we-call/bn call-keys/bn')
  })

  test('no digits at all are asked for as often', () => {
    const call = asking()
    expect(said(timeOut(call))).toBe('play pin-enter/bn')
    expect(said(timeOut(call))).toBe('play pin-enter/bn')
    expect(said(timeOut(call))).toBe('play leave-message/bn')
  })
})

describe('while nobody can say whose it is', () => {
  test('the caller is asked to wait after a second, and to leave a message after three more', () => {
    const call = looking()
    expect(said(timeOut(call))).toBe('play hold-on/bn')
    expect(said(timeOut(call))).toBe('play pin-later/bn leave-message/bn')
  })

  test('an answer that comes while they wait is taken', () => {
    const call = looking()
    timeOut(call)
    const lines = answered(call, 'found', true)
    expect(lines[0]).toBe('stopPlayback')
    expect(said(lines)).toBe('play <status>/bn pin-more/bn')
  })

  test('the database is away: sorry, and a message', () => {
    expect(said(answered(looking(), 'away'))).toBe('play pin-later/bn leave-message/bn')
  })

  test('an answer that comes too late changes nothing', () => {
    const call = looking()
    const late = call.step
    answered(call, 'away')
    expect(call.on({ type: 'pinChecked', step: late, result: 'found', hasStatus: true })).toEqual([])
  })
})

describe('the caller hangs up', () => {
  const moreToSay = () => {
    const call = hearing()
    press(call, '2')
    return call
  }
  test.each([
    ['while entering a PIN', asking, ['end call hung-up']],
    ['while it is looked up', looking, ['end call hung-up']],
    ['while hearing', hearing, ['end call completed']],
    ['before saying more', moreToSay, ['end call hung-up']],
  ])('%s: this phone, which may be anybody’s, is not rung back', (_, at, lines) => {
    expect(at().on(callerGone)).toEqual(lines)
  })
})

test('a new process asks for the PIN again', () => {
  const back = (call: Transcript) => said(call.on({ type: 'resumed', legs: { caller: 'up' }, recording: 'none', isNewProcess: true }))
  expect([asking(), looking(), hearing()].map(back)).toEqual(['play pin-enter/bn', 'play pin-enter/bn', 'play pin-enter/bn'])
})

test('a sound too short to be speech, from whoever rang with a PIN, is kept: nobody is rung back for it', () => {
  const silent = (call: Transcript) => call.on({ type: 'recordingFinished', step: call.step, seconds: 0, talkingSeconds: 0 })
  const staying = hearing()
  press(staying, '2')
  played(staying)
  const lines = silent(staying)
  expect(lines).toContain('keep message bn')
  expect(said(lines)).toBe('play goodbye/bn')

  const leaving = hearing()
  press(leaving, '2')
  played(leaving)
  leaving.on(callerGone)
  expect(silent(leaving)).toEqual(['keep message bn', 'end call hung-up'])
})
