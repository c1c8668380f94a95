/**
 * The live side of the console: `/live` gives each subscriber a snapshot, then numbered changes.
 *
 *   client → { type: 'subscribe', topic, epoch?, since? }      { type: 'unsubscribe', topic }
 *   server → { type: 'snapshot', topic, epoch, sequence, data }
 *            { type: 'change', topic, sequence, data }          sequence grows by one, without gaps
 *            { type: 'resumed', topic, epoch, sequence }        what was missed follows as changes
 *            { type: 'refused', topic, code }
 *
 * A client that lost its socket subscribes again with the `epoch` and `sequence` it had.
 */
import { randomUUID } from 'node:crypto'
import { AppError } from '../errors.ts'
import { authorise, type User } from '../http/policy.ts'
import type { Log } from '../log.ts'
import { monotonicMs } from '../time/clock.ts'
import { MINUTE } from '../time/duration.ts'
import type { LiveChange } from './announce.ts'
import { type Outlet, Stream } from './stream.ts'
import { Topic, type TopicOptions } from './topic.ts'

export type Subscribe = { topic: string; epoch?: string | undefined; since?: number | undefined }

const PARK_MS = 2 * MINUTE
/** Streams without a socket one user may leave behind. */
const PARKED_PER_USER = 8

export class Hub {
  private readonly topics = new Map<string, Topic<unknown>>()
  private readonly log: Log

  constructor(log: Log) {
    this.log = log
  }

  /** Declares a topic; the live-board domain does. */
  topic<Loaded = undefined>(name: string, options: TopicOptions<Loaded>): void {
    const onError = (err: unknown) => this.log.warn({ err, topic: name }, 'live topic could not be read')
    this.topics.set(name, new Topic(name, options, { onError }) as unknown as Topic<unknown>)
  }

  /** A thing changed: told by the listener, or by a part of this process about something Postgres does not know. */
  change(change: LiveChange): void {
    for (const topic of this.topics.values()) topic.take(change)
  }

  /** Announcements may have been missed. */
  async resync(): Promise<void> {
    for (const topic of this.topics.values()) await topic.resync()
  }

  /** @returns the stream, to be parked or closed with its socket; undefined when refused */
  async subscribe(user: User, { topic: name, epoch, since }: Subscribe, outlet: Outlet): Promise<Stream | undefined> {
    const topic = this.topics.get(name)
    const refusal = topic ? refusalOf(topic, user) : 'no-such-topic'
    if (!topic || refusal) {
      outlet(JSON.stringify({ type: 'refused', topic: name, code: refusal }))
      return undefined
    }
    const parked = [...topic.streams].find((stream) => stream.epoch === epoch && !stream.isAttached && stream.user.id === user.id)
    if (parked && since !== undefined && isSameView(parked.user, user) && parked.canResume(since)) {
      parked.attach(outlet)
      parked.resume(since)
      return parked
    }
    if (parked) topic.forget(parked)
    const stream = new Stream(randomUUID(), name, user)
    stream.attach(outlet)
    topic.streams.add(stream)
    await topic.snapshot(stream)
    return stream
  }

  /** Its socket is gone; it keeps collecting for a while. */
  park(stream: Stream): void {
    stream.park()
    const topic = this.topics.get(stream.topic)
    const parked = [...(topic?.streams ?? [])].filter(({ user, isAttached }) => user.id === stream.user.id && !isAttached)
    for (const old of parked.slice(0, Math.max(0, parked.length - PARKED_PER_USER))) topic?.forget(old)
  }

  close(stream: Stream): void {
    stream.park()
    this.topics.get(stream.topic)?.forget(stream)
  }

  /** Once a second: forgets what nobody came back for, tries again what could not be read. */
  async sweep(): Promise<void> {
    const now = monotonicMs()
    for (const topic of this.topics.values()) {
      for (const stream of [...topic.streams]) {
        if (stream.parkedAtMs !== undefined && now - stream.parkedAtMs > PARK_MS) topic.forget(stream)
      }
      await topic.refreshStale()
    }
  }
}

function refusalOf(topic: Topic<unknown>, user: User): string | undefined {
  try {
    authorise(topic.options.policy, user)
    return undefined
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
}

/** A user whose role or rows changed must not go on with what the old role saw. */
function isSameView(before: User, now: User): boolean {
  const view = ({ role, countryIds, factoryIds, clientId }: User) => JSON.stringify([role, countryIds, factoryIds, clientId])
  return view(before) === view(now)
}
