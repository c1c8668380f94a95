/** Events come twice, late, out of order or not at all. Whatever comes, a flow stays in a legal state. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newCallback } from '../../server/telephony/flow/callback.ts'
import { newInbound } from '../../server/telephony/flow/inbound.ts'
import { advance, type FlowState } from '../../server/telephony/flow/index.ts'
import type { Effect, FlowEvent } from '../../server/telephony/flow/types.ts'
import { lineOf } from './lines.ts'

const RUNS = 800
/** Relative to the present step: mostly of it, else late or from nowhere. */
const step = fc.constantFrom(0, 0, 0, 0, -1, -2, 1)
const leg = fc.constantFrom('caller' as const, 'agent' as const, 'interpreter' as const, 'worker' as const)
const legState = fc.constantFrom('up' as const, 'ringing' as const, 'away' as const)
const language = fc.constantFrom('bn', 'vi', 'hi', 'ta', 'ar')
const seconds = fc.integer({ min: 0, max: 200 })

const anyEvent: fc.Arbitrary<FlowEvent> = fc.oneof(
  fc.record({
    type: fc.constant('arrived' as const),
    line: fc.record({
      countryId: fc.constant('BD'),
      languages: fc.array(language, { minLength: 1, maxLength: 4 }),
      fixedLanguage: fc.option(language),
      isOpen: fc.boolean(),
      answeringMode: fc.constantFrom('answer' as const, 'free-announcement' as const, 'ring-and-hang-up' as const),
      emergencyNumber: fc.option(fc.constantFrom('999', '112')),
      queueLimitSeconds: fc.constantFrom(0, 30, 120),
      canCallBack: fc.boolean(),
    }),
  }),
  fc.record({
    type: fc.constant('ordered' as const),
    plan: fc.record({
      ringSeconds: seconds,
      maxCallSeconds: seconds,
      trunkId: fc.constant('bd-1'),
      hasInterpreter: fc.boolean(),
      examineSeconds: fc.constantFrom(0, 5),
    }),
  }),
  fc.record({ type: fc.constant('trunkFound' as const), step, trunkId: fc.constantFrom('bd-2', 'bd-3'), maxCallSeconds: seconds }),
  fc.record({ type: fc.constant('noTrunk' as const), step }),
  fc.record({ type: fc.constant('digitPressed' as const), digit: fc.constantFrom(...'0123456789*#ABCD') }),
  fc.record({ type: fc.constant('callerKnown' as const), language }),
  fc.record({ type: fc.constant('playbackFinished' as const), step }),
  fc.record({ type: fc.constant('recordingFinished' as const), step, seconds, talkingSeconds: fc.option(seconds) }),
  fc.record({ type: fc.constant('recordingFailed' as const), step }),
  fc.record({ type: fc.constant('timerFired' as const), step }),
  fc.record({ type: fc.constant('roomGone' as const) }),
  fc.record({ type: fc.constant('roomChanged' as const), messageSeconds: fc.constantFrom(0, 20, 60, 180) }),
  fc.record({ type: fc.constant('numberChecked' as const), step, isGood: fc.boolean() }),
  fc.record({
    type: fc.constant('pinChecked' as const),
    step,
    result: fc.constantFrom('found' as const, 'not-found' as const, 'away' as const),
    hasStatus: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('dialProgressed' as const),
    leg,
    status: fc.constantFrom('', 'RINGING', 'PROGRESS', 'ANSWER', 'BUSY', 'NOANSWER', 'CONGESTION', 'CANCEL', 'NONSENSE'),
  }),
  fc.record({ type: fc.constant('legReady' as const), leg }),
  fc.record({ type: fc.constant('legAnswered' as const), leg }),
  fc.record({ type: fc.constant('legEnded' as const), leg, cause: seconds, sipStatus: fc.option(fc.integer({ min: 400, max: 699 })) }),
  fc.record({ type: fc.constant('legFailed' as const), leg, mayHaveRung: fc.boolean() }),
  fc.record({
    type: fc.constant('agentFound' as const),
    step,
    agent: fc.constantFrom({ userId: 'a1', sipUser: 'agent-a1' }, { userId: 'a2', sipUser: 'agent-a2' }),
  }),
  fc.record({
    type: fc.constant('nobodyFree' as const),
    step,
    isAnyoneOnDuty: fc.boolean(),
    place: fc.integer({ min: 1, max: 12 }),
    waitMinutes: fc.option(fc.integer({ min: 1, max: 30 })),
  }),
  fc.record({ type: fc.constant('seekFailed' as const), step }),
  fc.constant({ type: 'agentsChanged' as const }),
  fc.constant({ type: 'hangUpOrdered' as const }),
  fc.record({
    type: fc.constant('resumed' as const),
    legs: fc.record({ caller: legState, agent: legState, interpreter: legState, worker: legState }, { requiredKeys: [] }),
    recording: fc.constantFrom('running' as const, 'stored' as const, 'none' as const),
    isNewProcess: fc.boolean(),
  }),
  fc.record({ type: fc.constant('channelLost' as const), hasAsteriskRestarted: fc.boolean() }),
)

const beginnings: Array<[string, FlowState, FlowEvent]> = [
  ['inbound', newInbound(), { type: 'arrived', line: lineOf(['hi', 'ta']) }],
  ['inbound', newInbound(), { type: 'arrived', line: lineOf(['bn'], { queueLimitSeconds: 30 }) }],
  ['inbound', newInbound(), { type: 'arrived', line: lineOf(['bn'], { queueLimitSeconds: 30, canCallBack: false }) }],
  [
    'callback',
    newCallback(),
    { type: 'ordered', plan: { ringSeconds: 30, maxCallSeconds: 3600, trunkId: 'bd-1', hasInterpreter: false, examineSeconds: 0 } },
  ],
]
const legalStates = {
  inbound: [
    ...['new', 'announcing', 'menu', 'choosing', 'seeking', 'waiting', 'ringingAgent', 'talking'],
    ...['prompt', 'recording', 'saving', 'review', 'contact', 'number', 'checking', 'echo', 'reading', 'pause', 'thanks'],
    ...['pin', 'lookup', 'status', 'ended'],
  ],
  callback: ['new', 'ringingAgent', 'ringingInterpreter', 'preparing', 'dialling', 'rerouting', 'talking', 'ended'],
}

function run(start: FlowState, events: FlowEvent[]) {
  const done: Effect[] = []
  let state = start
  for (const drawn of events) {
    const event = 'step' in drawn ? { ...drawn, step: state.step + drawn.step } : drawn
    const next = advance(state, event)
    if (state.at === 'ended') expect(next).toEqual({ state, effects: [] })
    expect(legalStates[next.state.flow]).toContain(next.state.at)
    expect(next.state.step).toBeGreaterThanOrEqual(state.step)
    // A new wait always has a timer, so that every wait can end without the outside world.
    if (next.state.step > state.step)
      expect(next.effects).toContainEqual(expect.objectContaining({ type: 'startTimer', step: next.state.step }))
    expectDeadlineBeforeSound(next.effects)
    done.push(...next.effects)
    // What is saved is what goes on: the state survives JSON.
    state = JSON.parse(JSON.stringify(next.state)) as FlowState
  }
  return { state, done, count: (type: Effect['type']) => done.filter((effect) => effect.type === type).length }
}

function expectDeadlineBeforeSound(effects: Effect[]) {
  const sound = effects.findIndex(({ type }) => type === 'play' || type === 'record')
  if (sound >= 0) expect(effects.slice(0, sound).map(({ type }) => type)).toContain('setDeadline')
}

test.each(beginnings)('any events in any order leave a call of flow %s in a legal state, and what has ended stays ended', (_, start) => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      run(start, events)
    }),
    { numRuns: RUNS },
  )
})

test.each([0, 1, 2])(
  'an inbound call that arrived comes to one of message, missed call, wish for a callback, conversation (%d)',
  (which) => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        const [, start, first] = beginnings[which]!
        const { state, count } = run(start, [first, ...events])
        const told = count('keepMessage') + count('recordMissedCall') + count('callBackAsked') + count('conversationBegan')
        expect(count('endCall')).toBe(state.at === 'ended' ? 1 : 0)
        const hasTalked = state.flow === 'inbound' && state.hasTalked
        const isOver = ['ended', 'thanks', 'talking'].includes(state.at) || hasTalked ? 1 : 0
        // Whoever came for a PIN rings perhaps from another's phone: without a message nobody is rung back.
        if (state.flow === 'inbound' && state.isPinCall) expect(told).toBeLessThanOrEqual(isOver)
        else expect(told).toBe(isOver)
        expect(count('attemptEnded')).toBe(state.at === 'talking' ? 0 : count('conversationBegan'))
      }),
      { numRuns: RUNS },
    )
  },
)

test('an agent is held for one caller at a time, and let go unless they talk', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const [, start, first] = beginnings[1]!
      const held = new Set<string>()
      let talked = false
      let state = start
      for (const drawn of [first, ...events]) {
        const event = 'step' in drawn ? { ...drawn, step: state.step + drawn.step } : drawn
        if (state.at === 'ended') break
        if (event.type === 'agentFound') held.add(event.agent.userId)
        const next = advance(state, event)
        for (const effect of next.effects) {
          if (effect.type === 'releaseAgent' && effect.agentUserId === null) held.clear()
          if (effect.type === 'releaseAgent' && effect.agentUserId !== null) held.delete(effect.agentUserId)
          if (effect.type === 'conversationBegan') talked = true
        }
        state = next.state
        expect(held.size).toBeLessThanOrEqual(1)
      }
      const isHolding = state.at === 'ringingAgent' || talked
      expect([...held].length).toBe(isHolding ? 1 : 0)
    }),
    { numRuns: RUNS },
  )
})

const key = (digit: string): FlowEvent => ({ type: 'digitPressed', digit })
const spoken: FlowEvent = { type: 'playbackFinished', step: 0 }
const recorded: FlowEvent = { type: 'recordingFinished', step: 0, seconds: 9, talkingSeconds: 8 }
const message = [key('1'), spoken, recorded]
/** Deep places, which events at random would hardly reach. */
const places: Array<[string, FlowEvent[]]> = [
  ['the beginning', []],
  ['a recorded message', message],
  ['a second recording', [...message, key('2'), spoken]],
  ['the question whether to call', [...message, key('1')]],
  ['another number, read back', [...message, key('1'), key('2'), key('7'), key('#'), { type: 'numberChecked', step: 0, isGood: true }]],
  ['a PIN being read', [...message, key('1'), key('3'), spoken]],
  ['a PIN being entered', [key('1'), key('0'), key('7')]],
  ['a PIN being looked up', [key('1'), key('0'), key('7'), key('#')]],
  ['a status', [key('1'), key('0'), key('7'), key('#'), { type: 'pinChecked', step: 0, result: 'found', hasStatus: true }]],
]

test.each(places)('from %s, a call ends with its messages or one missed call, never both, never neither', (_, before) => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
      const [, start, first] = beginnings[0]!
      const { state, count } = run(start, [first, ...before, ...events])
      const [kept, missed] = [count('keepMessage'), count('recordMissedCall')]
      const isOver = state.at === 'ended' || state.at === 'thanks' ? 1 : 0
      expect(count('endCall')).toBe(state.at === 'ended' ? 1 : 0)
      expect(missed).toBeLessThanOrEqual(kept > 0 ? 0 : isOver)
      // One for each recording at most: more than one where a later one may have been a whisper, or nothing.
      expect(kept + count('discardMessage')).toBeLessThanOrEqual(count('record'))
      // Whoever came for a PIN rings perhaps from another's phone: without a message nobody is rung back.
      if (isOver && !(state.flow === 'inbound' && state.isPinCall)) expect(kept + missed).toBeGreaterThan(0)
    }),
    { numRuns: RUNS },
  )
})

/** Places of a callback that events at random would hardly reach. */
const callbackPlaces: FlowEvent[][] = [
  [],
  [
    { type: 'legAnswered', leg: 'agent' },
    { type: 'legReady', leg: 'worker' },
  ],
  [
    ...[{ type: 'legAnswered', leg: 'agent' } as const, { type: 'legReady', leg: 'worker' } as const],
    { type: 'legEnded', leg: 'worker', cause: 34, sipStatus: 503 },
  ],
]

test('an ordered callback dials the worker once for each trunk, after the agent answered and never after it rang, and tells its end exactly once', () => {
  fc.assert(
    fc.property(fc.constantFrom(...callbackPlaces), fc.array(anyEvent, { maxLength: 30 }), (before, after) => {
      const [, start, first] = beginnings[3]!
      const events = [...before, ...after]
      const { state, done, count } = run(start, [first, ...events])
      const isOver = state.at === 'ended' ? 1 : 0
      expect([count('attemptEnded'), count('endCall')]).toEqual([isOver, isOver])
      // A further trunk is only ever dialled because it was looked for, and found.
      expect(count('createWorker')).toBeLessThanOrEqual(1 + count('seekTrunk'))
      const rang = done.findIndex(({ type }) => type === 'attemptRang' || type === 'attemptAnswered')
      if (rang >= 0) expect(done.slice(rang).map(({ type }) => type)).not.toContain('dialWorker')
      expect(count('dialWorker')).toBeLessThanOrEqual(count('createWorker'))
      const agentCame = events.some(
        (event) => (event.type === 'legAnswered' && event.leg === 'agent') || (event.type === 'resumed' && event.legs.agent === 'up'),
      )
      if (!agentCame) expect(count('createWorker')).toBe(0)
    }),
    { numRuns: RUNS },
  )
})

test('a call always comes to its end when nothing but timers happens', () => {
  for (const [, start, first] of beginnings) {
    let { state } = run(start, [first])
    for (let waits = 0; waits < 20 && state.at !== 'ended'; waits++) state = advance(state, { type: 'timerFired', step: state.step }).state
    expect(state.at).toBe('ended')
  }
})
