/** Finds an agent for a caller who waits: the one look-up of the call path that may wait for the database, and not for long. */
import type { Log } from '../ari/face.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { SessionDeps } from './session.ts'
import type { Sought, TelephonyServices } from './ports.ts'
import { inTime } from './timers.ts'
import type { WriteBehind } from './write-behind.ts'

type Deps = {
  agents: TelephonyServices['agents']
  writes: Pick<WriteBehind, 'mode' | 'whenTold' | 'push'>
  log: Pick<Log, 'warn'>
  now: () => Date
}

/** The caller hears the greeting, comfort or a ring tone meanwhile. Real time: a test's own does not pass while it waits. */
const ANSWER_WITHIN_MS = SECOND

const NOBODY: Sought = { kind: 'none', isAnyoneOnDuty: false, place: 1, waitMinutes: null }

/** Never rejects. An agent who is found too late is let go again. */
export function createSeek({ agents, writes, log, now }: Deps): SessionDeps['seekAgent'] {
  return async (callId, { step, countryId, language: languageCode }, isWanted) => {
    const failed = { type: 'seekFailed', step } as const
    if (writes.mode === 'journal') return failed
    // What this call let go of must be free before it asks again: else the release would hit the agent found next.
    const sought = writes.whenTold(callId).then(() => {
      // They have hung up: nobody is held for a moment, and taken from those who wait.
      return isWanted() ? agents.holdForCall({ callId, countryId, languageCode }) : NOBODY
    })
    try {
      const answer = await inTime(ANSWER_WITHIN_MS, sought)
      if (answer?.kind === 'found') return { type: 'agentFound', step, agent: answer.agent }
      if (answer)
        return { type: 'nobodyFree', step, isAnyoneOnDuty: answer.isAnyoneOnDuty, place: answer.place, waitMinutes: answer.waitMinutes }
      letGoWhenFound(sought, (agentUserId) =>
        writes.push({ callId, at: now().toISOString(), type: 'agentReleased', agentUserId, status: 'free' }),
      )
      log.warn({ callId }, 'no agent was looked up in time')
    } catch (error) {
      log.warn({ callId, err: error }, 'no agent could be looked up')
    }
    return failed
  }
}

function letGoWhenFound(sought: Promise<Sought>, letGo: (agentUserId: string) => void): void {
  sought.then(
    (answer) => answer.kind === 'found' && letGo(answer.agent.userId),
    // The database went away over it: what it may have held runs out by its lease.
    () => undefined,
  )
}
