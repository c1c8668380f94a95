/**
 * Legs of ours that Asterisk has made but not handed to us yet. It answers `channels.create` a moment before the leg is in
 * our application, and refuses every verb on it until then. One entry per leg, gone when the wait ends.
 */
import { AriUnreachable, ChannelGone } from './errors.ts'
import type { TelephonyEvent } from './events.ts'

export type Arrivals = {
  /** Begin before the leg is asked for: the event may overtake the reply. */
  expect(channelId: string): Expected
  notice(event: TelephonyEvent): void
}

export type Expected = {
  /** @throws ChannelGone when it ended first, AriUnreachable (`deadline`) */
  arrived(operation: string, deadlineMs: number): Promise<void>
  /** Always, in a `finally`. */
  forget(): void
}

type Outcome = 'arrived' | 'gone' | 'deadline'

export function createArrivals(): Arrivals {
  const waiting = new Map<string, Set<(outcome: Outcome) => void>>()
  return {
    expect(channelId) {
      const { promise, resolve } = Promise.withResolvers<Outcome>()
      // A set: the same id may be asked for twice at once, and only one of the two is granted.
      const others = waiting.get(channelId) ?? new Set()
      waiting.set(channelId, others.add(resolve))
      let timer: NodeJS.Timeout | undefined
      return {
        async arrived(operation, deadlineMs) {
          timer = setTimeout(() => resolve('deadline'), deadlineMs)
          const outcome = await promise
          if (outcome === 'gone') throw new ChannelGone(operation, channelId)
          if (outcome === 'deadline') throw new AriUnreachable(operation, 'deadline')
        },
        forget() {
          clearTimeout(timer)
          others.delete(resolve)
          if (others.size === 0) waiting.delete(channelId)
        },
      }
    },

    notice(event) {
      if (event.type !== 'arrived' && event.type !== 'destroyed') return
      for (const resolve of waiting.get(event.channelId) ?? []) resolve(event.type === 'arrived' ? 'arrived' : 'gone')
    },
  }
}
