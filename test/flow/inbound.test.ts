import { describe, expect, test } from 'vitest'
import { newInbound } from '../../server/telephony/flow/inbound.ts'
import type { FlowEvent, LineForFlow } from '../../server/telephony/flow/types.ts'
import { lineOf } from './lines.ts'
import { transcript, type Transcript } from './transcript.ts'

const india = lineOf(['hi', 'ta'])
const bangladesh = lineOf(['bn'])
const callerGone: FlowEvent = { type: 'legEnded', leg: 'caller', cause: 16, sipStatus: null }

const played = (call: Transcript) => call.on({ type: 'playbackFinished', step: call.step })
const timeOut = (call: Transcript) => call.on({ type: 'timerFired', step: call.step })
const press = (call: Transcript, digit: string) => call.on({ type: 'digitPressed', digit })
const recorded = (call: Transcript, seconds: number, talkingSeconds: number | null = seconds) =>
  call.on({ type: 'recordingFinished', step: call.step, seconds, talkingSeconds })

function calling(line: LineForFlow): Transcript {
  const call = transcript(newInbound())
  call.on({ type: 'arrived', line })
  return call
}
function inPrompt(): Transcript {
  const call = calling(india)
  press(call, '2')
  return call
}
function recording(): Transcript {
  const call = inPrompt()
  played(call)
  return call
}
function thanked(): Transcript {
  const call = recording()
  recorded(call, 12)
  press(call, '1')
  press(call, '1')
  return call
}

describe('a call to a line with two languages', () => {
  test('hears a greeting and both languages, chooses Tamil, leaves a message and is thanked', () => {
    const call = transcript(newInbound())
    expect(call.on({ type: 'arrived', line: india })).toEqual([
      'answer',
      'step menu-1 menu',
      'deadline caller 34 s',
      'play greeting/hi menu-1/hi menu-2/ta',
      'timer 18 s',
    ])
    expect(played(call)).toEqual(['timer 6 s'])
    expect(press(call, '2')).toEqual([
      'step leave-message message ta',
      'deadline caller 35 s, then ta',
      'play pin-offer/ta leave-message/ta',
      'timer 25 s',
    ])
    expect(played(call)).toEqual(['step recording', 'deadline caller 200 s', 'record ta up to 180 s, silence 10 s', 'timer 190 s'])
    expect(recorded(call, 12)).toEqual(['step review', 'deadline caller 41 s, then ta', 'play keep-or-again/ta', 'timer 25 s'])
    expect(press(call, '1')).toEqual([
      'stopPlayback',
      'step contact',
      'deadline caller 41 s, then ta',
      'play may-we-call/ta call-keys/ta',
      'timer 25 s',
    ])
    expect(press(call, '1')).toEqual([
      'stopPlayback',
      'contact this',
      'keep message ta',
      'deadline caller 35 s, then ta',
      'play message-saved/ta goodbye/ta',
      'timer 25 s',
    ])
    expect(played(call)).toEqual(['hang up caller', 'end call completed'])
    expect(call.at).toBe('ended')
  })

  test('may be interrupted by the key: the menu stops at once', () => {
    expect(press(calling(india), '1')).toEqual([
      'stopPlayback',
      'step leave-message message hi',
      'deadline caller 35 s, then hi',
      'play pin-offer/hi leave-message/hi',
      'timer 25 s',
    ])
  })

  test.each(['0', '3', '9', '*', '#', 'A', 'D'])('hears the menu again after key %s, which names no language', (digit) => {
    expect(press(calling(india), digit)).toEqual([
      'stopPlayback',
      'step menu-2 menu',
      'deadline caller 34 s',
      'play please-choose/hi menu-1/hi menu-2/ta',
      'timer 18 s',
    ])
  })

  test('is asked three times, then goes on in the first language', () => {
    const call = calling(india)
    for (const round of [2, 3]) {
      played(call)
      expect(timeOut(call)).toContain(`step menu-${round} menu`)
    }
    played(call)
    expect(timeOut(call)).toContain('play pin-offer/hi leave-message/hi')
    expect(call.at).toBe('prompt')
  })

  test('goes on when Asterisk never says that the menu is over', () => {
    const call = calling(india)
    expect(timeOut(call)[0]).toBe('stopPlayback')
    expect(call.at).toBe('menu')
  })

  test('is not moved by late reports of the menu that a key interrupted', () => {
    const call = calling(india)
    const menu = call.step
    press(call, '2')
    const before = call.state
    expect(call.on({ type: 'playbackFinished', step: menu })).toEqual([])
    expect(call.on({ type: 'timerFired', step: menu })).toEqual([])
    expect(call.state).toEqual(before)
  })
})

describe('a line with one language', () => {
  test.each([
    ['spoken in its country', bangladesh, 'bn'],
    ['fixed for the number', lineOf(['hi', 'ta'], { fixedLanguage: 'ta' }), 'ta'],
  ])('%s needs no menu', (_, line, language) => {
    expect(transcript(newInbound()).on({ type: 'arrived', line })).toEqual([
      'answer',
      `step leave-message message ${language}`,
      `deadline caller 35 s, then ${language}`,
      `play greeting/${language} pin-offer/${language} leave-message/${language}`,
      'timer 25 s',
    ])
  })
})

describe('the caller hangs up', () => {
  test.each([
    ['during the menu', () => calling(india)],
    [
      'while choosing',
      () => {
        const call = calling(india)
        played(call)
        return call
      },
    ],
    ['before the recording', inPrompt],
  ])('%s: a missed call', (_, at) => {
    expect(at().on(callerGone)).toEqual(['recordMissedCall', 'end call hung-up'])
  })

  test('after speaking: the message is kept, and not called cut off', () => {
    const call = recording()
    expect(recorded(call, 40)[0]).toBe('step review')
    expect(call.on(callerGone)).toEqual(['keep message ta', 'end call completed'])
  })

  test('after speaking, and the line goes before the recording is reported: kept when the report comes', () => {
    const call = recording()
    expect(call.on(callerGone)).toEqual(['timer 2 s'])
    expect(recorded(call, 40)).toEqual(['keep message ta', 'end call hung-up'])
  })

  test('after speaking, and the report never comes: kept after two seconds', () => {
    const call = recording()
    call.on(callerGone)
    expect(timeOut(call)).toEqual(['keep message ta', 'end call hung-up'])
  })

  test.each([0, 4, 10])('without speech that was noticed in %i s: kept, for its sound to be judged', (seconds) => {
    const call = recording()
    call.on(callerGone)
    expect(recorded(call, seconds, 0)).toEqual(['keep message ta', 'end call hung-up'])
  })

  test('during the thanks: nothing is lost', () => {
    expect(thanked().on(callerGone)).toEqual(['end call completed'])
  })
})

describe('a recording', () => {
  test('that reached its limit is cut off', () => {
    const call = recording()
    recorded(call, 180, 178)
    expect(call.on(callerGone)[0]).toBe('keep message ta, cut off')
  })

  test('that its silence ended is kept, for its sound to be judged, and not spoken of', () => {
    expect(recorded(recording(), 10, 0)).toEqual(['keep message ta', 'deadline caller 35 s, then ta', 'play goodbye/ta', 'timer 25 s'])
  })

  test('whose speech was not measured is judged by its length', () => {
    expect(recorded(recording(), 3, null)[0]).toBe('step review')
    expect(recorded(recording(), 0, null)[0]).toBe('keep message ta')
  })

  test('in which no speech was noticed may have been whispered: the caller is asked about it as about any other', () => {
    expect(recorded(recording(), 4, 0)[0]).toBe('step review')
  })

  test('that Asterisk refuses is answered by a sentence and a call back', () => {
    const call = recording()
    expect(call.on({ type: 'recordingFailed', step: call.step })).toEqual([
      'step no-recording message ta',
      'recordMissedCall',
      'deadline caller 35 s, then ta',
      'play we-call-back/ta goodbye/ta',
      'timer 25 s',
    ])
  })

  test('that never ends is stopped and kept', () => {
    const call = recording()
    expect(timeOut(call)).toEqual(expect.arrayContaining(['stopRecording', 'step contact']))
    expect(call.on(callerGone)[0]).toBe('keep message ta, cut off')
  })

  test('is not disturbed by keys: the end key is Asterisk’s business', () => {
    const call = recording()
    for (const digit of '0123456789*#') expect(press(call, digit)).toEqual([])
    expect(call.at).toBe('recording')
  })
})

describe('after we were away', () => {
  const back = (call: Transcript, recordingIs: 'running' | 'stored' | 'none' = 'none') =>
    call.on({ type: 'resumed', legs: { caller: 'up' }, recording: recordingIs, isNewProcess: true })

  test('the menu is said again, as the same round', () => {
    const call = calling(india)
    expect(back(call)).toEqual([
      'stopPlayback',
      'step menu-1 menu',
      'deadline caller 34 s',
      'play greeting/hi menu-1/hi menu-2/ta',
      'timer 18 s',
    ])
  })

  test('the prompt is said again', () => {
    expect(back(inPrompt())).toContain('play pin-offer/ta leave-message/ta')
  })

  test('a recording that goes on is left alone', () => {
    const call = recording()
    expect(back(call, 'running')).toEqual(['timer 190 s'])
    recorded(call, 30)
    expect(call.on(callerGone)[0]).toBe('keep message ta')
  })

  test('a recording that ended is kept, and the caller asked about it', () => {
    const call = recording()
    expect(back(call, 'stored')).toContain('play keep-or-again/ta')
    expect(call.on(callerGone)[0]).toBe('keep message ta')
  })

  test('a recording that never began is asked for again', () => {
    expect(back(recording())).toContain('play pin-offer/ta leave-message/ta')
  })

  test('who was being thanked is let go', () => {
    expect(back(thanked())).toEqual(['hang up caller', 'end call completed'])
  })

  test.each([
    ['the menu', () => calling(india), ['recordMissedCall', 'end call lost']],
    ['the prompt', inPrompt, ['recordMissedCall', 'end call lost']],
    ['the recording', recording, ['keep message ta, cut off', 'end call lost']],
    ['the thanks', thanked, ['end call lost']],
  ])('a call that Asterisk’s restart ended in %s is closed', (_, at, effects) => {
    expect(at().on({ type: 'channelLost', hasAsteriskRestarted: true })).toEqual(effects)
  })

  test('a message that ended while only we were away is whole', () => {
    expect(recording().on({ type: 'channelLost', hasAsteriskRestarted: false })).toEqual(['keep message ta', 'end call lost'])
  })
})
