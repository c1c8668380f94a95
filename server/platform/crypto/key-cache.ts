import { MINUTE } from '../time/duration.ts'
import { monotonicMs } from '../time/clock.ts'

type Entry = { key: Buffer; until: number }

/**
 * The data keys unwrapped lately, least recently used out first. A key is kept ten minutes at most, so that one destroyed by
 * another process is forgotten even when the message about it was missed.
 */
export class KeyCache {
  private readonly entries = new Map<string, Entry>()
  private readonly destroyed = new Set<string>()
  private readonly max: number

  constructor(max = 10_000) {
    this.max = max
  }

  get(id: string): Buffer | undefined {
    const entry = this.entries.get(id)
    if (!entry) return undefined
    this.entries.delete(id)
    if (entry.until < monotonicMs()) return undefined
    this.entries.set(id, entry)
    return entry.key
  }

  /** A key read before its destruction was known must not come back by a slow reader. */
  put(id: string, key: Buffer): void {
    if (this.destroyed.has(id)) return
    this.entries.set(id, { key: inMemoryOfItsOwn(key), until: monotonicMs() + 10 * MINUTE })
    if (this.entries.size > this.max) this.drop(this.entries.keys().next().value)
  }

  markDestroyed(id: string): void {
    this.destroyed.add(id)
    this.drop(id)
  }

  /** Dropped keys are not overwritten: a reader may be using one this moment. The collector takes them. */
  drop(id: string | undefined): void {
    if (id !== undefined) this.entries.delete(id)
  }

  clear(): void {
    this.entries.clear()
  }
}

/** Small buffers are cut from slabs of 8 kB: a kept key of 32 bytes would keep its whole slab. */
function inMemoryOfItsOwn(key: Buffer): Buffer {
  const own = Buffer.allocUnsafeSlow(key.length)
  key.copy(own)
  return own
}
