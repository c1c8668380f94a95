import { setTimeout as wait } from 'node:timers/promises'
import type { Policy, User } from '../http/policy.ts'
import type { LiveChange, LiveTopic } from './announce.ts'
import type { Stream } from './stream.ts'

/**
 * What a topic shows and to whom.
 * @template Loaded what a change is read into, once, whoever listens
 */
export type TopicOptions<Loaded = undefined> = {
  /** Who may subscribe. */
  policy: Policy
  /** The announced changes that concern it. */
  on: readonly LiveTopic[]
  /** Changes of too many things to be told one by one: everybody gets a new snapshot. */
  resyncOn?: readonly LiveTopic[]
  /** All that this user may see now. */
  snapshot: (user: User) => Promise<unknown>
  /** Reads the thing that changed, once for all users; leave it out when `toFrame` needs no reading. */
  load?: (change: LiveChange) => Promise<Loaded>
  /** In place of `load`: what changed at one time is read in one go, in its order. */
  loadAll?: (changes: readonly LiveChange[]) => Promise<Loaded[]>
  /** The permission filter: what this user may see of the change, null for nothing. */
  toFrame: (user: User, change: LiveChange, loaded: Loaded) => unknown
}

/** Between two rounds of reading: what happens in bursts, as a call does, is read once. A lone change waits for nothing. */
const REST_MS = 200

type Hooks = { onError: (error: unknown, topic: string) => void }

/** A topic at work: takes changes in, round by round and in order, and gives each stream its frame. */
export class Topic<Loaded = undefined> {
  readonly name: string
  readonly options: TopicOptions<Loaded>
  readonly streams = new Set<Stream>()
  private readonly hooks: Hooks
  /** By thing: a thing that changed five times before it was read is read once. */
  private readonly pending = new Map<string, LiveChange>()
  private working: Promise<void> | undefined
  /** Streams whose picture is not whole: a snapshot or a change could not be read. */
  private readonly stale = new Set<Stream>()
  private readonly reading = new Set<Stream>()

  constructor(name: string, options: TopicOptions<Loaded>, hooks: Hooks) {
    this.name = name
    this.options = options
    this.hooks = hooks
  }

  take(change: LiveChange): void {
    const { on, resyncOn = [] } = this.options
    if (!this.streams.size || ![...on, ...resyncOn].includes(change.topic)) return
    this.pending.set(`${change.topic} ${change.id}`, change)
    this.working ??= this.work().finally(() => (this.working = undefined))
  }

  /** Sends a new snapshot; on failure the stream stays stale and `refreshStale` tries again. */
  async snapshot(stream: Stream): Promise<void> {
    // Two at once could send the older last. The one under way may have missed something: later again.
    if (this.reading.has(stream)) return void this.stale.add(stream)
    this.reading.add(stream)
    this.stale.delete(stream)
    stream.holdForSnapshot()
    try {
      stream.sendSnapshot(await this.options.snapshot(stream.user))
    } catch (error) {
      stream.dropUntilSnapshot()
      this.stale.add(stream)
      this.hooks.onError(error, this.name)
    } finally {
      this.reading.delete(stream)
    }
  }

  /** Tries again what could not be read. */
  async refreshStale(): Promise<void> {
    for (const stream of [...this.stale]) if (stream.isAttached) await this.snapshot(stream)
  }

  /** Something was missed: streams without a socket are of no more use, the others get a new snapshot. */
  async resync(): Promise<void> {
    for (const stream of [...this.streams]) {
      if (stream.isAttached) await this.snapshot(stream)
      else this.forget(stream)
    }
  }

  forget(stream: Stream): void {
    this.streams.delete(stream)
    this.stale.delete(stream)
  }

  private async work(): Promise<void> {
    while (this.pending.size) {
      const round = [...this.pending.values()]
      this.pending.clear()
      await this.tell(round)
      await wait(REST_MS, undefined, { ref: false })
    }
  }

  private async tell(round: readonly LiveChange[]): Promise<void> {
    const { resyncOn = [] } = this.options
    // The new snapshot shows the others as well.
    if (round.some(({ topic }) => resyncOn.includes(topic))) return this.resync()
    const together = await this.orStale(() => this.options.loadAll?.(round) ?? Promise.resolve([]))
    if (!together) return
    for (const [at, change] of round.entries()) {
      await this.orStale(async () => this.deliver(change, together[at] ?? ((await this.options.load?.(change)) as Loaded)))
    }
  }

  /** What could not be read leaves every stream's picture incomplete. */
  private async orStale<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.hooks.onError(error, this.name)
      for (const stream of this.streams) this.stale.add(stream)
      return undefined
    }
  }

  private async deliver(change: LiveChange, loaded: Loaded): Promise<void> {
    for (const stream of this.streams) {
      const frame = await this.options.toFrame(stream.user, change, loaded)
      if (frame !== null && frame !== undefined) stream.sendChange(frame)
    }
  }
}
