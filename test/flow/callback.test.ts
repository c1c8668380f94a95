import { describe, expect, test } from 'vitest'
import { newCallback } from '../../server/telephony/flow/callback.ts'
import type { FlowEvent, LegState, LineEnd } from '../../server/telephony/flow/types.ts'
import { transcript, type Transcript } from './transcript.ts'

const agentUp: FlowEvent = { type: 'legAnswered', leg: 'agent' }
const workerReady: FlowEvent = { type: 'legReady', leg: 'worker' }
const workerUp: FlowEvent = { type: 'legAnswered', leg: 'worker' }
const dial = (status: string): FlowEvent => ({ type: 'dialProgressed', leg: 'worker', status })
const gone = (leg: 'agent' | 'interpreter' | 'worker', cause = 16, sipStatus: number | null = null): FlowEvent => ({
  type: 'legEnded',
  leg,
  cause,
  sipStatus,
})
const timeOut = (call: Transcript) => call.on({ type: 'timerFired', step: call.step })
const noTrunk = (call: Transcript) => call.on({ type: 'noTrunk', step: call.step })
const hungUpBoth = ['hang up worker', 'hang up agent']

function ordered(): Transcript {
  const call = transcript(newCallback())
  call.on({ type: 'ordered', plan: { ringSeconds: 30, maxCallSeconds: 3600, trunkId: 'bd-1', hasInterpreter: false, examineSeconds: 0 } })
  return call
}
function preparing(): Transcript {
  const call = ordered()
  call.on(agentUp)
  return call
}
function dialling(): Transcript {
  const call = preparing()
  call.on(workerReady)
  return call
}
function rerouting(): Transcript {
  const call = dialling()
  call.on(gone('worker', 34, 503))
  return call
}
function talking(): Transcript {
  const call = dialling()
  call.on(dial('RINGING'))
  call.on(workerUp)
  return call
}
const endOf = (call: Transcript): LineEnd | undefined => call.effects.find((effect) => effect.type === 'attemptEnded')?.ended
type WorkerEnd = Extract<LineEnd, { kind: 'worker' }>
const workerEnd = (facts: Partial<WorkerEnd>): WorkerEnd => ({
  kind: 'worker',
  hangupCause: 16,
  sipStatus: null,
  lastDialStatus: null,
  timedOutByUs: false,
  rang: false,
  hadConversation: false,
  ...facts,
})

test('an agent rings a worker back, they talk, the worker hangs up', () => {
  const call = transcript(newCallback())
  expect(
    call.on({
      type: 'ordered',
      plan: { ringSeconds: 30, maxCallSeconds: 3600, trunkId: 'bd-1', hasInterpreter: false, examineSeconds: 0 },
    }),
  ).toEqual(['timer 30 s', 'step agent-rung agent', 'ring agent 25 s'])
  expect(call.on(agentUp)).toEqual([
    'timer 10 s',
    'step agent-answered agent',
    'deadline agent 3690 s',
    'create worker over bd-1, at most 3690 s',
  ])
  expect(call.on(workerReady)).toEqual(['timer 30 s', 'step worker-dialled', 'dial worker 35 s'])
  expect(call.on(dial('RINGING'))).toEqual(['attemptRang', 'step worker-rang', 'startRingTone'])
  expect(call.on(workerUp)).toEqual(['timer 3600 s', 'stopRingTone', 'attemptAnswered', 'attemptConnected', 'step talking talking'])
  expect(call.on(gone('worker', 0))).toEqual(['attempt ended worker', ...hungUpBoth, 'end call completed'])
  expect(endOf(call)).toEqual(workerEnd({ hangupCause: 0, lastDialStatus: 'ANSWER', rang: true, hadConversation: true }))
})

test('the line’s own sound replaces our ringing', () => {
  const call = dialling()
  call.on(dial('RINGING'))
  expect(call.on(dial('PROGRESS'))).toEqual(['stopRingTone'])
})

test('an answer told twice, by the dialling and by the channel, is one', () => {
  const call = dialling()
  expect(call.on(dial('ANSWER'))).toContain('attemptAnswered')
  expect(call.on(workerUp)).toEqual([])
})

describe('the agent', () => {
  test.each<[string, (call: Transcript) => string[]]>([
    ['does not answer', timeOut],
    ['rejects the call', (call) => call.on(gone('agent', 21, 603))],
    ['has no phone registered', (call) => call.on({ type: 'legFailed', leg: 'agent', mayHaveRung: false })],
  ])('%s: the worker was never dialled', (_, happens) => {
    const call = ordered()
    expect(happens(call)).toEqual(['attempt ended agent-did-not-answer', ...hungUpBoth, 'end call failed'])
  })

  test.each<[string, () => Transcript, FlowEvent]>([
    ['gives up on the screen before answering', ordered, { type: 'hangUpOrdered' }],
    ['hangs up while the worker’s leg is made', preparing, gone('agent')],
    ['hangs up while the worker’s phone rings', dialling, gone('agent')],
    ['gives up on the screen while the worker’s phone rings', dialling, { type: 'hangUpOrdered' }],
  ])('%s', (_, at, event) => {
    expect(at().on(event)).toEqual(['attempt ended agent-hung-up-before-answer', ...hungUpBoth, 'end call hung-up'])
  })

  test.each<[string, FlowEvent]>([
    ['hangs up', gone('agent')],
    ['presses hang-up on the screen', { type: 'hangUpOrdered' }],
  ])('%s after talking: it was a conversation', (_, event) => {
    const call = talking()
    expect(call.on(event)).toEqual(['attempt ended worker', ...hungUpBoth, 'end call completed'])
    expect(endOf(call)).toEqual(workerEnd({ lastDialStatus: 'ANSWER', rang: true, hadConversation: true }))
  })
})

describe('the worker’s line', () => {
  test.each<[string, string[], number, number | null, Partial<WorkerEnd>]>([
    ['is busy', ['BUSY'], 17, 486, { lastDialStatus: 'BUSY' }],
    ['is rejected by hand', ['RINGING', 'NOANSWER'], 21, 603, { lastDialStatus: 'NOANSWER', rang: true }],
    ['is a dead number', ['NOANSWER'], 1, 404, { lastDialStatus: 'NOANSWER' }],
    ['is dead after an announcement', ['PROGRESS', 'NOANSWER'], 1, 404, { lastDialStatus: 'NOANSWER', rang: true }],
    ['does not answer, says the carrier', ['RINGING', 'NOANSWER'], 19, 480, { lastDialStatus: 'NOANSWER', rang: true }],
    ['was given up by Asterisk’s own timer', ['RINGING'], 19, null, { rang: true, timedOutByUs: true }],
    ['is behind a carrier that is silent', ['NOANSWER'], 18, 408, { lastDialStatus: 'NOANSWER' }],
    ['is behind a carrier whose own carrier is silent', ['NOANSWER'], 38, 504, { lastDialStatus: 'NOANSWER' }],
    ['is behind a trunk that fails once it rang', ['RINGING', 'CONGESTION'], 34, 503, { lastDialStatus: 'CONGESTION', rang: true }],
    ['is refused by our own dialplan', ['NOANSWER'], 29, null, { lastDialStatus: 'NOANSWER' }],
    ['is behind a connection that was refused, or broke with the call read', ['CONGESTION'], 34, null, { lastDialStatus: 'CONGESTION' }],
    ['is behind a connection that broke while the carrier tried', ['CONGESTION'], 34, 100, { lastDialStatus: 'CONGESTION' }],
  ])('%s', (_, statuses, hangupCause, sipStatus, facts) => {
    const call = dialling()
    for (const status of statuses) call.on(dial(status))
    expect(call.on(gone('worker', hangupCause, sipStatus))).toEqual(['attempt ended worker', ...hungUpBoth, 'end call failed'])
    expect(endOf(call)).toEqual(workerEnd({ hangupCause, sipStatus, ...facts }))
  })

  test('rings until our time is up', () => {
    const call = dialling()
    call.on(dial('RINGING'))
    expect(timeOut(call)).toEqual(['attempt ended worker', ...hungUpBoth, 'end call timed-out'])
    expect(endOf(call)).toEqual(workerEnd({ hangupCause: 19, rang: true, timedOutByUs: true }))
  })

  test.each<[string, () => Transcript, (call: Transcript) => string[]]>([
    ['its leg cannot be made', preparing, (call) => call.on({ type: 'legFailed', leg: 'worker', mayHaveRung: false })],
    ['its leg is never ready', preparing, timeOut],
    ['its leg goes before it is dialled', preparing, (call) => call.on(gone('worker', 29))],
    ['the dial is refused', dialling, (call) => call.on({ type: 'legFailed', leg: 'worker', mayHaveRung: false })],
    ['there is no way to the carrier', dialling, (call) => call.on(gone('worker', 20))],
  ])('could not be rung at all, as %s: the trunk failed', (_, at, happens) => {
    const call = at()
    happens(call)
    if (call.at === 'rerouting') noTrunk(call)
    expect(endOf(call)).toEqual(workerEnd({ hangupCause: 38 }))
  })

  test('was dialled or not, nobody knows: a person decides', () => {
    const call = dialling()
    call.on({ type: 'legFailed', leg: 'worker', mayHaveRung: true })
    expect(endOf(call)).toEqual({ kind: 'lost' })
  })

  test('is cut at the longest a call may last', () => {
    const call = talking()
    expect(timeOut(call)).toEqual(['attempt ended worker', ...hungUpBoth, 'end call timed-out'])
    expect(endOf(call)).toMatchObject({ hadConversation: true })
  })

  test('is not given up by the ring timer of a call that was answered meanwhile', () => {
    const call = dialling()
    const ring = call.step
    call.on(workerUp)
    expect(call.on({ type: 'timerFired', step: ring })).toEqual([])
    expect(call.at).toBe('talking')
  })
})

test('where who answers is listened to first, the ringing has longer; a machine is an end without a conversation', () => {
  const call = transcript(newCallback())
  call.on({ type: 'ordered', plan: { ringSeconds: 30, maxCallSeconds: 3600, trunkId: 'bd-1', hasInterpreter: false, examineSeconds: 5 } })
  call.on(agentUp)
  expect(call.on(workerReady)).toEqual(['timer 35 s', 'step worker-dialled', 'dial worker 40 s'])
  call.on(dial('RINGING'))
  call.on(gone('worker', 16, 200))
  expect(endOf(call)).toEqual(workerEnd({ hangupCause: 16, sipStatus: 200, rang: true }))
})

describe('with an interpreter', () => {
  const interpreterUp: FlowEvent = { type: 'legAnswered', leg: 'interpreter' }
  const hungUpAll = [...hungUpBoth, 'hang up interpreter']
  function ringingInterpreter(): Transcript {
    const call = transcript(newCallback())
    call.on({ type: 'ordered', plan: { ringSeconds: 30, maxCallSeconds: 3600, trunkId: 'bd-1', hasInterpreter: true, examineSeconds: 0 } })
    call.on(agentUp)
    return call
  }
  function preparingForThree(): Transcript {
    const call = ringingInterpreter()
    call.on(interpreterUp)
    return call
  }
  function diallingForThree(): Transcript {
    const call = preparingForThree()
    call.on(workerReady)
    return call
  }
  function threeTalk(): Transcript {
    const call = diallingForThree()
    call.on(dial('RINGING'))
    call.on(workerUp)
    return call
  }

  test('their phone rings after the agent’s and before the worker’s, and all three talk', () => {
    const call = transcript(newCallback())
    call.on({ type: 'ordered', plan: { ringSeconds: 30, maxCallSeconds: 3600, trunkId: 'bd-1', hasInterpreter: true, examineSeconds: 0 } })
    expect(call.on(agentUp)).toEqual([
      'timer 30 s',
      'step interpreter-rung agent',
      'deadline agent 85 s',
      'startRingTone',
      'ring interpreter 25 s',
    ])
    expect(call.on(interpreterUp)).toEqual([
      ...['timer 10 s', 'step interpreter-answered agent', 'deadline agent 3690 s', 'deadline interpreter 3690 s', 'stopRingTone'],
      'create worker over bd-1, at most 3690 s',
    ])
    call.on(workerReady)
    call.on(workerUp)
    expect(call.on(gone('worker', 16))).toEqual(['attempt ended worker', ...hungUpAll, 'end call completed'])
  })

  test.each<[string, (call: Transcript) => string[]]>([
    ['does not answer', timeOut],
    ['rejects the call', (call) => call.on(gone('interpreter', 21, 603))],
    ['has no phone registered', (call) => call.on({ type: 'legFailed', leg: 'interpreter', mayHaveRung: false })],
  ])('who %s, the worker is never dialled', (_, happens) => {
    const call = ringingInterpreter()
    expect(happens(call)).toEqual(['attempt ended interpreter-did-not-answer', ...hungUpAll, 'end call failed'])
    expect(call.effects.filter(({ type }) => type === 'createWorker')).toEqual([])
  })

  test.each<[string, () => Transcript]>([
    ['while the worker’s leg is made', preparingForThree],
    ['while the worker’s phone rings', diallingForThree],
  ])('who hangs up %s, the worker is not kept waiting for words they do not understand', (_, at) => {
    expect(at().on(gone('interpreter'))).toEqual(['attempt ended interpreter-did-not-answer', ...hungUpAll, 'end call hung-up'])
  })

  test('who hangs up while all talk, the two others go on', () => {
    const call = threeTalk()
    expect(call.on(gone('interpreter'))).toEqual(['interpreterLeft', 'step interpreter-left'])
    expect(call.at).toBe('talking')
    expect(call.on(gone('agent'))).toContain('end call completed')
  })

  test('an agent who gives up while the interpreter’s phone rings ends it', () => {
    expect(ringingInterpreter().on(gone('agent'))).toContain('attempt ended agent-hung-up-before-answer')
  })

  test.each<[string, LegState, boolean, string]>([
    ['who still rings is waited for', 'ringing', false, 'timer 30 s'],
    ['who answered meanwhile gets the worker dialled', 'up', false, 'create worker over bd-1, at most 3690 s'],
    ['who is gone ends it', 'away', false, 'attempt ended interpreter-did-not-answer'],
    ['who rings proves to a new process that the worker was not dialled', 'ringing', true, 'attempt ended interpreter-did-not-answer'],
    ['who is up proves nothing to a new process', 'up', true, 'attempt ended lost'],
  ])('after we were away, one %s', (_, interpreter, isNewProcess, effect) => {
    const legs = { agent: 'up', interpreter, worker: 'away' } as const
    expect(ringingInterpreter().on({ type: 'resumed', legs, recording: 'none', isNewProcess })).toContain(effect)
  })
})

describe('a trunk that fails before anything rings', () => {
  const found = (call: Transcript, trunkId = 'bd-2') => call.on({ type: 'trunkFound', step: call.step, trunkId, maxCallSeconds: 1800 })

  test.each<[string, number, number | null]>([
    ['has no line', 34, 503],
    ['forbids the call', 21, 403],
    ['has none of our codecs', 58, 488],
    ['breaks', 38, 500],
    ['is one that Asterisk does not know', 20, null],
  ])('as it %s, gives way to the next one, which alone rings', (_, cause, sipStatus) => {
    const call = dialling()
    expect(call.on(gone('worker', cause, sipStatus))).toEqual([
      'timer 10 s',
      'step trunk-failed',
      'hang up worker',
      'seek trunk, worker ended',
    ])
    expect(found(call)).toEqual(['timer 10 s', 'step trunk-changed', 'deadline agent 1890 s', 'create worker over bd-2, at most 1890 s'])
    call.on(workerReady)
    expect(call.on(dial('RINGING'))).toEqual(['attemptRang', 'step worker-rang', 'startRingTone'])
    call.on(workerUp)
    expect(call.on(gone('worker', 16))).toContain('end call completed')
    expect(call.effects.filter(({ type }) => type === 'attemptEnded').length).toBe(1)
  })

  test('is the attempt’s end when there is no other, or nobody can say', () => {
    for (const happens of [noTrunk, timeOut]) {
      const call = dialling()
      call.on(gone('worker', 34, 503))
      expect(happens(call)).toEqual(['attempt ended worker', ...hungUpBoth, 'end call failed'])
      expect(endOf(call)).toEqual(workerEnd({ hangupCause: 34, sipStatus: 503 }))
    }
  })

  test('ends with the last one’s word when all fail', () => {
    const call = dialling()
    call.on(gone('worker', 34, 503))
    found(call)
    call.on(workerReady)
    call.on(gone('worker', 21, 403))
    noTrunk(call)
    expect(endOf(call)).toEqual(workerEnd({ hangupCause: 21, sipStatus: 403 }))
  })

  test('is of no matter to an agent who hangs up meanwhile: no other trunk is dialled', () => {
    const call = dialling()
    call.on(gone('worker', 34, 503))
    expect(call.on(gone('agent'))).toContain('attempt ended agent-hung-up-before-answer')
    expect(found(call)).toEqual([])
  })

  test('is found out again by nobody: what comes late of it changes nothing', () => {
    const call = dialling()
    call.on(gone('worker', 34, 503))
    expect(call.on(gone('worker', 34, 503))).toEqual([])
    expect(call.on(dial('CONGESTION'))).toEqual([])
    expect(call.at).toBe('rerouting')
  })
})

describe('after we were away', () => {
  const back = (call: Transcript, agent: LegState, worker: LegState, isNewProcess = true) =>
    call.on({ type: 'resumed', legs: { agent, worker }, recording: 'none', isNewProcess })

  test('two who talk go on talking', () => {
    const call = talking()
    expect(back(call, 'up', 'up')).toEqual(['timer 3600 s'])
    expect(call.at).toBe('talking')
  })

  test('a worker who answered meanwhile is talking', () => {
    const call = dialling()
    expect(back(call, 'up', 'up')).toContain('attemptConnected')
  })

  test('a worker’s phone that still rings is waited for', () => {
    const call = dialling()
    expect(back(call, 'up', 'ringing')).toEqual(['timer 30 s'])
  })

  test('an agent who answered while the link was down gets the worker dialled', () => {
    expect(back(ordered(), 'up', 'away', false)).toContain('create worker over bd-1, at most 3690 s')
  })

  test('a leg that was made while the link was down is dialled', () => {
    expect(back(preparing(), 'up', 'ringing', false)).toContain('dial worker 35 s')
    const call = preparing()
    back(call, 'up', 'away', false)
    expect(endOf(call)).toEqual(workerEnd({ hangupCause: 38 }))
  })

  test('a trunk that was being looked for by the same process is still to come', () => {
    const call = rerouting()
    expect(back(call, 'up', 'away', false)).toEqual([])
    expect(call.at).toBe('rerouting')
  })

  test('an agent whose phone still rings is waited for by the same process, and let go by a new one, which has no number', () => {
    expect(back(ordered(), 'ringing', 'away', false)).toEqual(['timer 30 s'])
    expect(back(ordered(), 'ringing', 'away')).toContain('attempt ended agent-did-not-answer')
  })

  test.each<[string, () => Transcript, LegState, LegState]>([
    ['the agent is up and the saved state may be old', ordered, 'up', 'away'],
    ['a leg was made and this process does not know whether it was dialled', preparing, 'up', 'ringing'],
    ['the worker’s leg is gone, nobody saw how', dialling, 'up', 'away'],
    ['the agent left while the worker’s phone rang', dialling, 'away', 'ringing'],
    ['another trunk was being looked for, by a process that is gone', rerouting, 'up', 'away'],
  ])('the outcome is unknown when %s', (_, at, agent, worker) => {
    const call = at()
    back(call, agent, worker)
    expect(endOf(call)).toEqual({ kind: 'lost' })
  })

  test('a conversation that ended meanwhile was a conversation', () => {
    const call = talking()
    back(call, 'up', 'away')
    expect(endOf(call)).toEqual(workerEnd({ hangupCause: 0, lastDialStatus: 'ANSWER', rang: true, hadConversation: true }))
  })

  test.each<[string, () => Transcript, LineEnd['kind'], boolean]>([
    ['ringing the agent', ordered, 'lost', false],
    ['dialling', dialling, 'lost', false],
    ['talking', talking, 'worker', true],
  ])('both legs gone while %s', (_, at, kind, hadConversation) => {
    const call = at()
    call.on({ type: 'channelLost', hasAsteriskRestarted: true })
    expect(endOf(call)).toMatchObject(hadConversation ? { kind, hadConversation } : { kind })
  })
})
