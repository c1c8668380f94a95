/**
 * One call: its flow's state, its legs, and a serial queue. Events go in, the flow decides, the effects are done one after
 * the other, and only then is the next event looked at.
 */
import { AriError, ChannelGone } from '../ari/errors.ts'
import { advance, type FlowState } from '../flow/index.ts'
import { type Effect, type FlowEvent, type Leg, LEGS } from '../flow/types.ts'
import type { CallOrder } from '../../domains/callbacks/ports.ts'
import type { Log } from '../ari/face.ts'
import { SECOND } from '../../platform/time/duration.ts'
import { CallerMemory, type MemoryDeps } from './caller-memory.ts'
import { type Fact, factOf } from './effect-facts.ts'
import { doOnPhone, failureOf, type PhoneDeps } from './effect-phone.ts'
import type { StartTimer } from './timers.ts'
import type { Write } from './writes.ts'

export type SessionDeps = {
  phone: PhoneDeps
  memory: MemoryDeps
  write: (write: Write) => void
  startTimer: StartTimer
  now: () => Date
  log: Log
  /** The flow says that a message is complete: whoever empties the spool may have it. */
  onMessage: (message: { callId: string; language: string; step: number; isCutOff: boolean }) => void
  onEnded: (session: Session) => void
  /** The language they chose before; null when it is not known in a moment. Never rejects. */
  knownLanguage: (caller: { countryId: string; number: string }) => Promise<string | null>
  /** Looks for an agent; never rejects, and answers in a second or so. For a call that is over nobody is held. */
  seekAgent: (callId: string, seek: Extract<Effect, { type: 'seekAgent' }>, isWanted: () => boolean) => Promise<FlowEvent>
  /** Looks for the next trunk; never rejects, and answers in a few seconds. */
  seekTrunk: (callId: string, seek: Extract<Effect, { type: 'seekTrunk' }>) => Promise<FlowEvent>
}

/** What is saved with the call. */
export type SavedCall = { flow: FlowState; sequence: number }
export type SessionStart = SavedCall & {
  callId: string
  legs: Partial<Record<Leg, string>>
  /** Of the number of ours that was called, or that we show. */
  did?: string | undefined
  /** Began in another process, or an earlier one. */
  isInherited?: boolean
  /** Holds the worker's number: in memory for the dial only, never saved. */
  order?: CallOrder
}
type Cause = { cause: number; sipStatus: number | null }
/** A function may also only be waited for. @property ofChannel for this leg alone: it may be another one's turn when the event's comes */
type Inbox = FlowEvent | (() => Promise<FlowEvent | undefined>) | { ofChannel: string; leg: Leg; event: FlowEvent }

/** A leg that Asterisk says is gone gets this long to be told why. */
const LATE_CAUSE_MS = SECOND

export class Session {
  readonly callId: string
  readonly legs: Partial<Record<Leg, string>>
  readonly order: CallOrder | undefined
  readonly did: string | undefined
  readonly memory: CallerMemory
  /** Until it has been told what is left of it: what was done since it was saved is not known. */
  isInherited: boolean
  readonly #deps: SessionDeps
  readonly #inbox: Inbox[] = []
  readonly #causes = new Map<Leg, Cause>()
  readonly #lateCauseTimers = new Set<() => void>()
  #flow: FlowState
  #sequence: number
  #working: Promise<void> | undefined
  #stopTimer = () => {}
  #isOver = false
  #isLetGo = false

  constructor(deps: SessionDeps, { callId, legs, order, did, flow, sequence, isInherited = false }: SessionStart) {
    this.#deps = deps
    this.callId = callId
    this.legs = legs
    this.order = order
    this.did = did
    this.isInherited = isInherited
    this.#flow = flow
    this.#sequence = sequence
    const tell = { dispatch: (event: FlowEvent) => this.dispatch(event), write: (fact: Fact) => this.#write(fact) }
    this.memory = new CallerMemory(deps.memory, { callId, did }, tell)
  }

  get flow(): FlowState {
    return this.#flow
  }

  /** Takes an event in; a function is asked for its event when its turn comes. */
  dispatch(event: Inbox): void {
    if (this.#isLetGo) return
    this.#inbox.push(event)
    this.#working ??= this.#work().finally(() => (this.#working = undefined))
  }

  /** Resolves when nothing is left to do for now. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working
  }

  /** Asterisk says why a leg is about to end; the end itself comes with `ended`. */
  noteCause(leg: Leg, cause: Cause): void {
    this.#causes.set(leg, cause)
  }

  legEnded(leg: Leg, cause: Cause = this.#causes.get(leg) ?? { cause: 0, sipStatus: null }): void {
    const ofChannel = this.legs[leg]
    const event: FlowEvent = { type: 'legEnded', leg, ...cause }
    this.dispatch(ofChannel === undefined ? event : { ofChannel, leg, event })
  }

  /** The leg is gone, but the event that says why may still come. */
  expectEnd(leg: Leg): void {
    const channelId = this.legs[leg]
    const stop = this.#deps.startTimer(LATE_CAUSE_MS, () => {
      // Another agent may be rung by now.
      if (this.legs[leg] === channelId) this.legEnded(leg)
    })
    this.#lateCauseTimers.add(stop)
  }

  /** The process stops; the call goes on in Asterisk. */
  abandon(): void {
    this.#stopTimer()
    for (const stop of this.#lateCauseTimers) stop()
  }

  /** Another process has the call: from now on this one does nothing with it and tells nothing of it. */
  letGo(): void {
    this.#isLetGo = true
    this.#inbox.length = 0
    this.abandon()
  }

  async #work(): Promise<void> {
    for (let next = this.#inbox.shift(); next; next = this.#inbox.shift()) {
      try {
        const event = await this.#eventOf(next)
        if (event) await this.#take(event)
      } catch (error) {
        // A bug of ours, or a link that broke while the call was being looked at: the call's timers go on.
        this.#deps.log.error({ callId: this.callId, err: error }, 'an event of a call failed')
      }
    }
  }

  #eventOf(next: Inbox): FlowEvent | Promise<FlowEvent | undefined> | undefined {
    if (typeof next === 'function') return next()
    if (!('ofChannel' in next)) return next
    return this.legs[next.leg] === next.ofChannel ? next.event : undefined
  }

  async #take(event: FlowEvent): Promise<void> {
    if (this.#isLetGo) return
    const before = this.#flow
    const { state, effects } = advance(before, event)
    if (state === before && !effects.length) return
    this.#flow = state
    this.#deps.log.info({ callId: this.callId, from: before.at, event: event.type, to: state.at }, 'call moved')
    // Saved before it is done: after a crash we may believe too much was done, never too little. The end is told, not saved:
    // killed between the two, the next process would find a call that is over and will never be told to be.
    if (state !== before && state.at !== 'ended') this.#save()
    for (const effect of effects) if (!this.#isLetGo) await this.#do(effect)
    if (state.at !== 'lookup' && state.at !== 'status') await this.memory.forgetStatus()
  }

  #save(): void {
    const saved: SavedCall = { flow: this.#flow, sequence: this.#sequence }
    this.#write({ type: 'flowState', state: saved })
  }

  async #do(effect: Effect): Promise<void> {
    const { callId } = this
    if (effect.type === 'recordStep') this.#sequence += 1
    const fact = factOf(effect, this.#sequence)
    if (fact) this.#write(fact)
    this.memory.do(effect)
    if (effect.type === 'startTimer') this.#startTimer(effect.seconds, effect.step)
    if (effect.type === 'seekAgent') this.#seekAgent(effect)
    if (effect.type === 'seekTrunk') void this.#deps.seekTrunk(callId, effect).then((event) => this.dispatch(event))
    if (effect.type === 'keepMessage') {
      const { language, step, isCutOff } = effect
      this.#deps.onMessage({ callId, language, step, isCutOff })
    }
    if (effect.type === 'endCall') this.#end()
    await this.#onPhone(effect)
  }

  async #onPhone(effect: Effect): Promise<void> {
    try {
      await doOnPhone(effect, this, this.#deps.phone)
    } catch (error) {
      if (!(error instanceof AriError)) throw error
      if (error instanceof ChannelGone) return this.#gone(error.channelId)
      this.#deps.log.warn({ callId: this.callId, effect: effect.type, trouble: error.message }, 'a command failed')
      const event = failureOf(effect, error)
      if (event) this.dispatch(event)
    }
  }

  /** Whoever hung up did so while we were speaking to Asterisk: an event, not an error. */
  #gone(channelId: string): void {
    for (const leg of LEGS) if (this.legs[leg] === channelId) this.expectEnd(leg)
  }

  #startTimer(seconds: number, step: number): void {
    this.#stopTimer()
    this.#stopTimer = this.#deps.startTimer(seconds * SECOND, () => this.dispatch({ type: 'timerFired', step }))
  }

  #write(fact: Fact): void {
    if (this.#isLetGo) return
    this.#deps.write({ ...fact, callId: this.callId, at: this.#deps.now().toISOString() })
  }

  /** Asked beside the call's queue: the caller may hang up meanwhile. */
  #seekAgent(effect: Extract<Effect, { type: 'seekAgent' }>): void {
    const isWanted = () => !this.#isOver
    void this.#deps.seekAgent(this.callId, effect, isWanted).then((event) => {
      if (!this.#isOver) return this.dispatch(event)
      if (event.type === 'agentFound') this.#write({ type: 'agentReleased', agentUserId: event.agent.userId, status: 'free' })
    })
  }

  #end(): void {
    this.#isOver = true
    this.abandon()
    this.#deps.onEnded(this)
  }
}
