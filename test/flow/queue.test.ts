import { describe, expect, test } from 'vitest'
import { newInbound } from '../../server/telephony/flow/inbound.ts'
import type { FlowEvent, LineForFlow } from '../../server/telephony/flow/types.ts'
import { lineOf } from './lines.ts'
import { transcript, type Transcript } from './transcript.ts'

const bangladesh = lineOf(['bn'], { queueLimitSeconds: 60 })
const india = lineOf(['hi', 'ta'], { countryId: 'IN', queueLimitSeconds: 60 })
const asha = { userId: 'asha', sipUser: 'agent-asha' }
const babu = { userId: 'babu', sipUser: 'agent-babu' }
const callerGone: FlowEvent = { type: 'legEnded', leg: 'caller', cause: 16, sipStatus: null }
const agentGone: FlowEvent = { type: 'legEnded', leg: 'agent', cause: 16, sipStatus: null }
const agentUp: FlowEvent = { type: 'legAnswered', leg: 'agent' }

type Inbound = Extract<Transcript['state'], { flow: 'inbound' }>
const queueOf = (call: Transcript) => (call.state as Inbound).queue
const played = (call: Transcript) => call.on({ type: 'playbackFinished', step: queueOf(call).playing ?? call.step })
const tick = (call: Transcript) => call.on({ type: 'timerFired', step: call.step })
const press = (call: Transcript, digit: string) => call.on({ type: 'digitPressed', digit })
const found = (call: Transcript, agent = asha) => call.on({ type: 'agentFound', step: queueOf(call).seeking ?? -1, agent })
const nobody = (call: Transcript, own: { isAnyoneOnDuty?: boolean; place?: number; waitMinutes?: number | null } = {}) =>
  call.on({ type: 'nobodyFree', step: queueOf(call).seeking ?? -1, isAnyoneOnDuty: true, place: 1, waitMinutes: null, ...own })

function calling(line: LineForFlow): Transcript {
  const call = transcript(newInbound())
  call.on({ type: 'arrived', line })
  return call
}
function seeking(line = bangladesh): Transcript {
  const call = calling(line)
  if (line.languages.length > 1) press(call, '2')
  return call
}
function waiting(line = bangladesh): Transcript {
  const call = seeking(line)
  nobody(call, { place: 2, waitMinutes: 4 })
  return call
}
function ringing(): Transcript {
  const call = seeking()
  found(call)
  return call
}
function talking(): Transcript {
  const call = ringing()
  call.on(agentUp)
  return call
}

describe('an open line with an agent who is free', () => {
  test('the caller is greeted, the agent is found meanwhile and rung, and both talk until one hangs up', () => {
    const call = transcript(newInbound())
    expect(call.on({ type: 'arrived', line: bangladesh })).toEqual([
      'answer',
      'step seeking bn',
      'deadline caller 18 s, then bn',
      'play greeting/bn',
      'timer 8 s',
      'seek agent BD bn',
    ])
    expect(found(call)).toEqual(['timer 30 s', 'step agent-rung agent bn asha', 'ring agent-asha 20 s'])
    expect(played(call)).toEqual(['deadline caller 40 s, then bn', 'play hold-on/bn wait-keys/bn pin-offer/bn'])
    expect(played(call)).toEqual(['deadline caller 40 s, then bn', 'startRingTone'])
    expect(call.on(agentUp)).toEqual([
      'timer 7200 s',
      'stopRingTone',
      'conversation with asha',
      'deadline caller 7260 s',
      'deadline agent 7260 s',
      'joinAgent',
      'step talking talking bn asha',
    ])
    expect(call.on(agentGone)).toEqual(['attempt ended worker', 'hang up agent', 'hang up caller', 'end call completed'])
  })

  test('of a line with two languages is looked for once a key has named one', () => {
    expect(press(calling(india), '2')).toEqual([
      'stopPlayback',
      'step seeking ta',
      'deadline caller 18 s, then ta',
      'timer 8 s',
      'seek agent IN ta',
    ])
  })

  test.each<[string, FlowEvent]>([
    ['does not answer', agentGone],
    ['has no phone that rings', { type: 'legFailed', leg: 'agent', mayHaveRung: false }],
  ])('who %s is away, and the next is rung', (_, event) => {
    const call = ringing()
    played(call)
    const lines = call.on(event)
    expect(lines).toContain('release asha, away')
    expect(lines).toContain('step waiting waiting bn')
    expect(lines.at(-1)).toBe('seek agent BD bn')
    expect(found(call, babu)).toContain('ring agent-babu 20 s')
    expect(call.on(agentUp)).toContain('conversation with babu')
  })
})

describe('an open line whose agents are all busy', () => {
  test('says where the caller stands and how long it may take, and looks again at each tick and when an agent is free', () => {
    const call = waiting(india)
    const comfort = 'play hold-on/ta your-place/ta digit-2/ta wait-minutes/ta digit-4/ta wait-keys/ta'
    expect(call.effects.at(-1)?.type).toBe('play')
    expect(tick(call)).toEqual(['timer 5 s', 'seek agent IN ta'])
    nobody(call, { place: 2, waitMinutes: 4 })
    expect(played(call)).toEqual(['deadline caller 40 s, then ta', 'startRingTone'])
    expect(call.on({ type: 'agentsChanged' })).toEqual(['seek agent IN ta'])
    nobody(call, { place: 2, waitMinutes: 4 })
    const later = [1, 2, 3, 4].flatMap(() => {
      const lines = tick(call)
      nobody(call, { place: 2, waitMinutes: 4 })
      return lines
    })
    expect(later).toContain(comfort)
    expect(later.indexOf('stopRingTone')).toBe(later.indexOf(comfort) - 2)
  })

  test('says no figure that was not measured, nor one of more than nine', () => {
    const call = seeking(india)
    expect(nobody(call, { place: 12, waitMinutes: null })).toContain('play hold-on/ta wait-keys/ta pin-offer/ta')
  })

  test('asks for a message when the country’s limit is reached', () => {
    const call = waiting()
    const lines: string[] = []
    for (let ticks = 0; ticks < 20 && call.at === 'waiting'; ticks++) lines.push(...tick(call))
    expect(call.at).toBe('announcing')
    expect(lines).toContain('play nobody-now/bn')
    expect(queueOf(call).waitedSeconds).toBe(55)
    expect(tick(call)).toContain('play pin-offer/bn leave-message/bn')
  })

  test('asks for a message when the last agent has gone', () => {
    expect(nobody(waiting(), { isAnyoneOnDuty: false })).toEqual([])
    const call = waiting()
    tick(call)
    expect(nobody(call, { isAnyoneOnDuty: false })).toContain('play nobody-now/bn')
  })
})

describe('a line that nobody answers', () => {
  test('goes on to the message at once when no agent is on duty, after the whole greeting', () => {
    const call = seeking()
    expect(nobody(call, { isAnyoneOnDuty: false })).toEqual([])
    expect(played(call)).toContain('play pin-offer/bn leave-message/bn')
  })

  test.each<[string, (call: Transcript) => string[]]>([
    ['the database does not answer', (call) => call.on({ type: 'seekFailed', step: queueOf(call).seeking ?? -1 })],
    ['nothing answers at all', tick],
  ])('goes on to the message when %s', (_, happen) => {
    expect(happen(seeking(india))).toContain('play pin-offer/ta leave-message/ta')
  })

  test('says so when it is closed, with the number for an emergency', () => {
    const closed = lineOf(['bn'], { queueLimitSeconds: 60, isOpen: false, emergencyNumber: '999' })
    const call = transcript(newInbound())
    expect(call.on({ type: 'arrived', line: closed })).toEqual([
      'answer',
      'step closed message bn',
      'deadline caller 52 s, then bn',
      'play greeting/bn nobody-now/bn emergency-is/bn digit-9/bn digit-9/bn digit-9/bn',
      'timer 42 s',
    ])
    expect(played(call)).toContain('play pin-offer/bn leave-message/bn')
  })
})

describe('a country that answers free of charge', () => {
  const withMode = (answeringMode: LineForFlow['answeringMode'], own: Partial<LineForFlow> = {}) =>
    lineOf(['hi', 'ta'], { answeringMode, queueLimitSeconds: 60, ...own })
  const arrive = (line: LineForFlow) => transcript(newInbound()).on({ type: 'arrived', line })

  test('rejects a call unanswered and rings back', () => {
    expect(arrive(withMode('ring-and-hang-up'))).toEqual(['recordMissedCall', 'rejectCall', 'end call completed'])
  })

  test('or says so first, unanswered, in each language of the line', () => {
    const call = transcript(newInbound())
    expect(call.on({ type: 'arrived', line: withMode('free-announcement') })).toEqual([
      'step announced',
      'deadline caller 34 s',
      'play free-announcement/hi free-announcement/ta',
      'timer 24 s',
    ])
    expect(played(call)).toEqual(['recordMissedCall', 'rejectCall', 'end call completed'])
  })

  test('one who hangs up meanwhile is rung back as well', () => {
    const call = calling(withMode('free-announcement'))
    expect(call.on(callerGone)).toEqual(['recordMissedCall', 'end call hung-up'])
  })

  test.each(['ring-and-hang-up', 'free-announcement'] as const)('with %s answers whoever cannot be rung back', (mode) => {
    expect(arrive(withMode(mode, { canCallBack: false }))[0]).toBe('answer')
  })
})

describe('the caller', () => {
  const states: [string, () => Transcript, string[]][] = [
    ['while an agent is looked for', seeking, ['stopPlayback', 'release whoever is held, free']],
    ['while waiting', () => waiting(india), ['stopPlayback']],
    ['while a look-up is under way', () => tickOf(waiting(india)), ['stopPlayback', 'release whoever is held, free']],
    ['while an agent’s phone rings', ringing, ['stopPlayback', 'hang up agent', 'release asha, free']],
  ]
  test.each(states)('may hang up %s: a missed call, and nobody stays held', (_, start, undone) => {
    expect(start().on(callerGone)).toEqual([...undone, 'recordMissedCall', 'end call hung-up'])
  })
  test.each(states)('may ask %s for a callback by key 9', (_, start, undone) => {
    const lines = press(start(), '9')
    expect(lines.slice(0, undone.length + 2)).toEqual([...undone, 'step callback-asked', 'callBackAsked'])
    expect(lines.find((line) => line.startsWith('play'))).toMatch(/^play we-call-back\/\w+ goodbye\/\w+$/)
  })
  test.each(states)('may go on %s to a message by key 8', (_, start, undone) => {
    const lines = press(start(), '8')
    expect(lines.slice(0, undone.length)).toEqual(undone)
    expect(lines.find((line) => line.startsWith('play'))).toMatch(/^play pin-offer\/.* leave-message\//)
  })
  test.each(states)('%s is let go when Asterisk has lost the call', (_, start, undone) => {
    expect(start().on({ type: 'channelLost', hasAsteriskRestarted: true })).toEqual([...undone, 'recordMissedCall', 'end call lost'])
  })

  test('who cannot be rung back is asked for a message instead of a callback', () => {
    const call = waiting(lineOf(['hi', 'ta'], { queueLimitSeconds: 60, canCallBack: false }))
    expect(press(call, '9')).toContain('play pin-offer/ta leave-message/ta')
  })

  test('may hang up on the agent, which ends the conversation and no missed call', () => {
    expect(talking().on(callerGone)).toEqual(['attempt ended worker', 'hang up agent', 'hang up caller', 'end call completed'])
  })
})

test('an agent who is found when nobody waits for them any more is free again', () => {
  const call = seeking(india)
  const seek = queueOf(call).seeking ?? -1
  press(call, '8')
  expect(call.on({ type: 'agentFound', step: seek, agent: asha })).toEqual(['release asha, free'])
})

test('the agent may end the conversation on the screen, and a bridge that cannot be made ends it too', () => {
  expect(talking().on({ type: 'hangUpOrdered' })).toContain('end call completed')
  expect(talking().on({ type: 'legFailed', leg: 'agent', mayHaveRung: false })).toContain('end call failed')
})

describe('after a restart', () => {
  const resumed = (legs: Extract<FlowEvent, { type: 'resumed' }>['legs']): FlowEvent => {
    return { type: 'resumed', legs, recording: 'none', isNewProcess: true }
  }

  test('a caller who waits is told so again, and looked after', () => {
    const lines = waiting(india).on(resumed({ caller: 'up' }))
    expect(lines).toContain('release whoever is held, free')
    expect(lines).toContain('play hold-on/ta your-place/ta digit-2/ta wait-minutes/ta digit-4/ta wait-keys/ta pin-offer/ta')
    expect(lines.at(-1)).toBe('seek agent IN ta')
  })

  test('an agent whose phone still rings is waited for, one who picked up talks, one who is gone is replaced', () => {
    expect(ringing().on(resumed({ caller: 'up', agent: 'ringing' }))).toContain('timer 30 s')
    expect(ringing().on(resumed({ caller: 'up', agent: 'up' }))).toContain('joinAgent')
    const lines = ringing().on(resumed({ caller: 'up', agent: 'away' }))
    expect(lines).toContain('release asha, free')
    expect(lines.at(-1)).toBe('seek agent BD bn')
  })

  test('an agent whose phone rings for nobody is let go', () => {
    expect(ringing().on(resumed({ caller: 'away', agent: 'ringing' }))).toEqual([
      'stopPlayback',
      'hang up agent',
      'release asha, free',
      'recordMissedCall',
      'end call hung-up',
    ])
  })

  test('two who talk go on, and nobody is left alone', () => {
    expect(talking().on(resumed({ caller: 'up', agent: 'up' }))).toEqual(['timer 7200 s', 'joinAgent'])
    expect(talking().on(resumed({ caller: 'up', agent: 'away' }))).toEqual([
      'attempt ended worker',
      'hang up agent',
      'hang up caller',
      'end call lost',
    ])
  })
})

function tickOf(call: Transcript): Transcript {
  tick(call)
  return call
}

describe('a caller whom nobody can call back', () => {
  const withheld = lineOf(['bn'], { queueLimitSeconds: 60, canCallBack: false })
  const talkingWithheld = () => {
    const call = seeking(withheld)
    found(call)
    call.on(agentUp)
    return call
  }
  const said = (lines: string[]) => lines.find((line) => line.startsWith('play '))

  test.each([
    ['the agent hangs up', agentGone],
    ['the agent presses hang-up', { type: 'hangUpOrdered' } as const],
  ])('hears a PIN when %s, and stays on the line for it', (_, event) => {
    const call = talkingWithheld()
    const lines = call.on(event)
    expect(lines.slice(0, 4)).toEqual(['attempt ended worker', 'partAgent', 'hang up agent', 'contact none'])
    expect(said(lines)).toBe('play pin-is/bn <pin-1>/bn')
    expect(lines).not.toContain('hang up caller')
    for (const group of ['<pin-2>/bn', '<pin-3>/bn', 'pin-again/bn <pin-1>/bn', '<pin-2>/bn', '<pin-3>/bn']) {
      call.on({ type: 'playbackFinished', step: call.step })
      expect(said(call.on({ type: 'timerFired', step: call.step }))).toBe(`play ${group}`)
    }
    expect(said(call.on({ type: 'playbackFinished', step: call.step }))).toBe('play goodbye/bn')
    expect(call.on({ type: 'playbackFinished', step: call.step })).toEqual(['hang up caller', 'end call completed'])
    expect(call.effects.filter(({ type }) => type === 'attemptEnded')).toHaveLength(1)
  })

  test('and hangs up meanwhile has the PIN all the same, and is no missed call', () => {
    const call = talkingWithheld()
    call.on(agentGone)
    expect(call.on(callerGone)).toEqual(['end call completed'])
  })

  test('and hangs up first is gone', () => {
    expect(talkingWithheld().on(callerGone)).toContain('end call completed')
  })
})
