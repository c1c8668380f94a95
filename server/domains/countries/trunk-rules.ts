/** A trunk's caps: what a thief of minutes would run into. */
import { messages } from '../alerts/message-rules.ts'

export type TrunkLimits = {
  pausedReason: string | null
  /** Resumes by itself from this instant; null: only a person resumes it. */
  resumesAt: Date | null
  maxChannels: number
  maxCallsPerHour: number
  maxMinutesPerDay: number
}

/** What goes on and went on over a trunk. @property minutesToday of conversation, in the country's local day */
export type TrunkUsage = { callsNow: number; callsLastHour: number; minutesToday: number }

/**
 * 'refused': not now, by itself again. 'pause': a cap was reached that no ordinary day reaches; a person looks.
 * 'resume': it was paused for a while, which is over.
 */
export type TrunkDecision = { kind: 'ok' } | { kind: 'resume' } | { kind: 'refused'; reason: string } | { kind: 'pause'; reason: string }

/** Whether one more call may go out over a trunk. */
export function checkLimits(trunk: TrunkLimits, usage: TrunkUsage, now: Date): TrunkDecision {
  const isOver = trunk.resumesAt !== null && trunk.resumesAt <= now
  if (trunk.pausedReason !== null && !isOver) return { kind: 'refused', reason: `The trunk is paused: ${trunk.pausedReason}` }
  if (usage.callsLastHour >= trunk.maxCallsPerHour) {
    return { kind: 'pause', reason: messages.say('trunk-calls', { calls: usage.callsLastHour, most: trunk.maxCallsPerHour }) }
  }
  if (usage.minutesToday >= trunk.maxMinutesPerDay) {
    return {
      kind: 'pause',
      reason: messages.say('trunk-minutes', { minutes: Math.floor(usage.minutesToday), most: trunk.maxMinutesPerDay }),
    }
  }
  if (usage.callsNow >= trunk.maxChannels) {
    return { kind: 'refused', reason: `All ${trunk.maxChannels} channels of the trunk are in use.` }
  }
  return trunk.pausedReason === null ? { kind: 'ok' } : { kind: 'resume' }
}
