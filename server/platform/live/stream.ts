import type { User } from '../http/policy.ts'
import { monotonicMs } from '../time/clock.ts'

/** Frames a stream keeps for a socket that comes back. */
const RING_SIZE = 256

/** Takes finished frames; a socket, usually. */
export type Outlet = (text: string) => void

/**
 * One user's numbered view of one topic. It outlives its socket for a while, so that a browser that lost the network goes on
 * where it was: `epoch` names the stream, `sequence` the last frame it saw. Numbers have no gaps, because only frames this user
 * may see are counted.
 */
export class Stream {
  readonly epoch: string
  readonly topic: string
  readonly user: User
  /** When its socket went, on the monotonic clock; undefined while it has one. */
  parkedAtMs: number | undefined
  private sequence = 0
  private ring: { sequence: number; text: string }[] = []
  private outlet: Outlet | undefined
  /** Changes that came while the snapshot was being read: they follow it. 'drop': no snapshot could be read, the next has them. */
  private held: unknown[] | 'drop' | undefined

  constructor(epoch: string, topic: string, user: User) {
    this.epoch = epoch
    this.topic = topic
    this.user = user
  }

  attach(outlet: Outlet): void {
    this.outlet = outlet
    this.parkedAtMs = undefined
  }

  park(): void {
    this.outlet = undefined
    this.parkedAtMs = monotonicMs()
  }

  get isAttached(): boolean {
    return this.outlet !== undefined
  }

  /** From now on changes wait for the snapshot. */
  holdForSnapshot(): void {
    this.held = []
  }

  dropUntilSnapshot(): void {
    this.held = 'drop'
  }

  sendSnapshot(data: unknown): void {
    const held = Array.isArray(this.held) ? this.held : []
    this.held = undefined
    this.ring = []
    this.outlet?.(JSON.stringify({ type: 'snapshot', topic: this.topic, epoch: this.epoch, sequence: this.sequence, data }))
    for (const change of held) this.sendChange(change)
  }

  sendChange(data: unknown): void {
    if (this.held === 'drop') return
    if (this.held) return void this.held.push(data)
    const sequence = ++this.sequence
    const text = JSON.stringify({ type: 'change', topic: this.topic, sequence, data })
    this.ring.push({ sequence, text })
    if (this.ring.length > RING_SIZE) this.ring.shift()
    this.outlet?.(text)
  }

  /** Whether everything after `since` is still here. */
  canResume(since: number): boolean {
    const oldest = this.ring[0]?.sequence ?? this.sequence + 1
    return this.held === undefined && since <= this.sequence && since >= oldest - 1
  }

  /** Sends what was missed. Only when `canResume(since)`. */
  resume(since: number): void {
    const { topic, epoch, sequence } = this
    this.outlet?.(JSON.stringify({ type: 'resumed', topic, epoch, sequence }))
    for (const frame of this.ring) if (frame.sequence > since) this.outlet?.(frame.text)
  }
}
