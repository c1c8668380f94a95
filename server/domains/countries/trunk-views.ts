import { messages } from '../alerts/service.ts'
import type { Trunk } from './contract.ts'

type State = { pausedReason: string | null; resumesAt: Date | null }

/** One whose rest is over is tried again by the next call. */
export function isPaused({ pausedReason, resumesAt }: State, now: Date): boolean {
  return pausedReason !== null && !(resumesAt && resumesAt <= now)
}

/** As people see it. */
export function toTrunk({ id, maxChannels, pausedReason, resumesAt }: State & { id: string; maxChannels: number }): Trunk {
  return { id, maxChannels, pausedReason, pausedReasonSaid: messages.read(pausedReason ?? ''), resumesAt: resumesAt?.toISOString() ?? null }
}
