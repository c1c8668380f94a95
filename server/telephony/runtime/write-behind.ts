/**
 * Tells the domains what happened, behind the call's back: a caller never waits for the database.
 *
 *   direct ──database away──▶ journal ──all told──▶ direct
 *
 * direct   each call's writes go to the database in their order, several calls at a time; what waits of one call goes together.
 * journal  writes are appended to the journal on disk; the oldest is tried again until the database is back, then all are told.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { Log } from '../ari/face.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { Journal } from './journal.ts'
import { nextTogether } from './together.ts'
import { DatabaseAway, tell, tellTogether, type Telling } from './telling.ts'
import { within } from './timers.ts'
import type { Write } from './writes.ts'

type Queue = { writes: Write[]; underWay: number }

export type WriteBehindOptions = Pick<Telling, 'perform' | 'performTogether' | 'isDatabaseAway'> &
  Partial<Pick<Telling, 'onRefused'>> & {
    journal: Journal
    log: Log
    /** Another process had the call by then: what this one believed of it is not told. */
    isOvertaken?: (write: Write) => Promise<boolean>
    timing?: Partial<WriteTiming>
  }

type WriteTiming = {
  /** A database that says nothing for so long is away. */
  deadlineMs: number
  retryEveryMs: number
  /** How long `stop` waits for the database. */
  stopMs: number
}
const DEFAULTS: WriteTiming = { deadlineMs: 8 * SECOND, retryEveryMs: SECOND, stopMs: 5 * SECOND }
/** Connections of the pool that calls may use at once. */
const CALLS_AT_ONCE = 6
/** What a call tells in its first moment is told at once; nobody on the board notices the tenth of a second. */
const GATHER_MS = 100
/** How soon the journal is looked at again for calls that still have to bring the rest of theirs. */
const SETTLE_MS = 20

export class WriteBehind {
  readonly counters = { written: 0, journaled: 0, rejected: 0 }
  readonly #telling: Telling
  /** Of what waited on disk. */
  readonly #tellingLate: Telling
  readonly #journal: Journal
  readonly #log: Log
  readonly #timing: WriteTiming
  /** Per call, in order; the first ones are under way. */
  readonly #queues = new Map<string, Queue>()
  /** Calls whose first moment goes on: what ends the wait for it. */
  readonly #gathering = new Map<string, () => void>()
  /** Calls whose queue nobody works on yet. */
  readonly #ready: string[] = []
  readonly #stopping = new AbortController()
  #mode: 'direct' | 'journal'
  #working = 0
  #replaying: Promise<void> | undefined
  #wakeUp = new AbortController()
  #onIdle: (() => void) | undefined
  readonly #toldListeners = new Map<string, (() => void)[]>()

  /** Begins at once with what an earlier life left in the journal. */
  constructor(options: WriteBehindOptions) {
    const { perform, performTogether, isDatabaseAway, onRefused = () => {}, journal, log, timing, isOvertaken } = options
    this.#timing = { ...DEFAULTS, ...timing }
    this.#telling = { perform, performTogether, isDatabaseAway, onRefused, log, deadlineMs: this.#timing.deadlineMs }
    const performLate = async (write: Write) => ((await isOvertaken?.(write)) ? undefined : perform(write))
    this.#tellingLate = { ...this.#telling, perform: performLate }
    this.#journal = journal
    this.#log = log
    this.#mode = journal.size ? 'journal' : 'direct'
    if (journal.size) this.#beginReplay()
  }

  get mode(): 'direct' | 'journal' {
    return this.#mode
  }

  push(write: Write): void {
    const queue = this.#queues.get(write.callId)
    if (queue) return enqueue(queue, write)
    if (this.#mode === 'journal') return this.#toJournal([write])
    this.#queues.set(write.callId, { writes: [write], underWay: 0 })
    if (mayGather(write)) return this.#gather(write.callId)
    this.#ready.push(write.callId)
    // The command that the caller is waiting for leaves first.
    setImmediate(() => this.#pump())
  }

  /** Something about this call has not reached the database yet. */
  isPending(callId: string): boolean {
    return this.#queues.has(callId) || this.#journal.has(callId)
  }

  /** Resolves when everything about this call has been told so far. @throws DatabaseAway */
  async whenTold(callId: string): Promise<void> {
    this.#gathering.get(callId)?.()
    while (this.#queues.has(callId)) await new Promise<void>((resolve) => this.#onTold(callId, resolve))
    if (this.#journal.has(callId)) throw new DatabaseAway('what was written of the call waits on disk')
  }

  /** What the caller said about being called has not reached the database yet. */
  isContactPending(callId: string): boolean {
    const isAbout = ({ type }: Write) => type === 'contactChosen' || type === 'pinEntered'
    return this.#queues.get(callId)?.writes.some(isAbout) === true || (this.#journal.size > 0 && this.#journal.has(callId))
  }

  /** Once more what was refused earlier, past the order of its call; nobody is told when it is refused again. @throws DatabaseAway */
  tellAgain(write: Write): Promise<'told' | 'refused'> {
    return tell(write, { ...this.#telling, onRefused: () => {} })
  }

  /** Resolves when nothing waits on disk. */
  async whenDirect(): Promise<void> {
    while (this.#mode === 'journal') await (this.#replaying ?? wait(this.#timing.retryEveryMs))
  }

  /** The database is said to be back: tries at once instead of at the next turn. */
  retryNow(): void {
    this.#wakeUp.abort()
  }

  /** Waits a few seconds for the database to take what is left, puts the rest into the journal, and closes it. */
  async stop(): Promise<void> {
    const { stopMs } = this.#timing
    for (const gathered of this.#gathering.values()) gathered()
    if (this.#queues.size) await within(stopMs, new Promise<void>((resolve) => (this.#onIdle = resolve)))
    this.#stopping.abort()
    if (this.#replaying) await within(stopMs, this.#replaying)
    const left = [...this.#queues.values()].flatMap(({ writes }) => writes)
    if (left.length) this.#journal.append(left)
    await this.#journal.close()
  }

  /** Until the time is over, or somebody waits for it. */
  #gather(callId: string): void {
    const gathered = () => {
      clearTimeout(timer)
      if (!this.#gathering.delete(callId)) return
      this.#ready.push(callId)
      this.#pump()
    }
    const timer = setTimeout(gathered, GATHER_MS)
    this.#gathering.set(callId, gathered)
  }

  #pump(): void {
    while (this.#working < CALLS_AT_ONCE) {
      const callId = this.#ready.shift()
      const queue = callId === undefined ? undefined : this.#queues.get(callId)
      if (callId === undefined || !queue) break
      this.#working += 1
      void this.#work(callId, queue).finally(() => {
        this.#working -= 1
        this.#pump()
      })
    }
    if (!this.#queues.size) this.#onIdle?.()
  }

  async #work(callId: string, queue: Queue): Promise<void> {
    const waiting = queue.writes
    try {
      while (waiting.length && this.#mode === 'direct') {
        const { count, writes } = nextTogether(waiting)
        queue.underWay = count
        await this.#tell(writes)
        waiting.splice(0, count)
        queue.underWay = 0
      }
    } catch (error) {
      if (!(error instanceof DatabaseAway)) throw error
      if (this.#mode === 'direct') this.#log.warn({ err: error.cause ?? error }, 'the database is away: calls are written to the journal')
      this.#mode = 'journal'
    }
    // After `stop` what is left is in the journal already, and the journal is closed.
    if (this.#stopping.signal.aborted) return
    this.#queues.delete(callId)
    if (waiting.length) this.#toJournal(waiting)
    for (const told of this.#toldListeners.get(callId) ?? []) told()
    this.#toldListeners.delete(callId)
  }

  #onTold(callId: string, told: () => void): void {
    this.#toldListeners.set(callId, [...(this.#toldListeners.get(callId) ?? []), told])
  }

  /** @throws DatabaseAway */
  async #tell(writes: readonly Write[], telling = this.#telling): Promise<void> {
    const areTold = writes.length > 1 && (await tellTogether(writes, telling))
    if (areTold) this.counters.written += writes.length
    else for (const write of writes) this.counters[(await tell(write, telling)) === 'told' ? 'written' : 'rejected'] += 1
  }

  #toJournal(writes: readonly Write[]): void {
    this.#journal.append(writes)
    this.counters.journaled += writes.length
    this.#beginReplay()
  }

  #beginReplay(): void {
    this.#replaying ??= this.#replay().finally(() => (this.#replaying = undefined))
  }

  /** Until all is told, in the order it was taken in. */
  async #replay(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const write = this.#journal.peek()
      if (write) await this.#tellJournaled(write)
      // Calls whose write was under way when the database went still have to bring the rest of theirs.
      else if (this.#queues.size) await this.#pause(SETTLE_MS)
      else break
    }
    if (this.#stopping.signal.aborted) return
    this.#mode = 'direct'
    this.#log.info({}, 'the database is back: the journal is told')
  }

  async #tellJournaled(write: Write): Promise<void> {
    try {
      await this.#tell([write], this.#tellingLate)
      await this.#journal.done()
    } catch (error) {
      if (!(error instanceof DatabaseAway)) this.#log.error({ err: error }, 'the journal cannot be marked')
      await this.#pause(this.#timing.retryEveryMs)
    }
  }

  async #pause(ms: number): Promise<void> {
    this.#wakeUp = new AbortController()
    const signal = AbortSignal.any([this.#wakeUp.signal, this.#stopping.signal])
    // Woken early when the database is back or when stopping: the loop sees why.
    await wait(ms, undefined, { signal }).catch(() => undefined)
  }
}

/**
 * A caller whom we lose meanwhile is in the dialplan's journal. Of a call that we make, nothing waits: after a crash nobody may be
 * rung of whom nothing is known.
 */
const mayGather = (write: Write) => write.type === 'arrived' && write.call.direction === 'inbound'

/** Only the newest state matters, unless the older is already on its way. */
function enqueue({ writes, underWay }: Queue, write: Write): void {
  const last = writes.length - 1
  if (write.type === 'flowState' && last >= underWay && writes[last]?.type === 'flowState') writes[last] = write
  else writes.push(write)
}
