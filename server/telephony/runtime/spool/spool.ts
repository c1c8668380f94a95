/** When the spool is swept: after a message, after a call, on every connect, and every minute in case anything was missed. */
import { AriUnreachable } from '../../ari/errors.ts'
import type { Log } from '../../ari/face.ts'
import { MINUTE, SECOND } from '../../../platform/time/duration.ts'
import { messageName, type MessageName } from '../ids.ts'
import type { StartTimer } from '../timers.ts'
import { type MessageNote, sweep, type SweepDeps } from './sweep.ts'

export type Spool = {
  /** A flow has finished a message: it is fetched at once. */
  noteMessage(message: MessageName & { isCutOff: boolean }): void
  /** Asterisk tells of a text: it is in the spool, or will be in a moment. */
  noteText(): void
  /** `now` for a message or a connect, `later` for what a call leaves behind. */
  sweepSoon(when: 'now' | 'later'): void
  /** Resolves when a pass under way is over; there is none after it. */
  stop(): Promise<void>
}

export type SpoolDeps = Omit<SweepDeps, 'notes' | 'stuck' | 'isAway'> & {
  log: Log
  startTimer: StartTimer
  isDatabaseAway: (error: unknown) => boolean
  /** False while Asterisk is away or our numbers are not known: then nothing is swept. */
  canSweep: () => boolean
}

/** Texts that come together are taken in together. */
const TEXT_MS = 200
const LATER_MS = 5 * SECOND
/** After a pass that left a finished message: its call's facts may be a moment behind. */
const AGAIN_MS = SECOND

export function createSpool(deps: SpoolDeps): Spool {
  const notes = new Map<string, MessageNote>()
  const stuck = new Set<string>()
  let timer: { ms: number; stop: () => void } | undefined
  let running: Promise<void> | undefined
  let isStopped = false
  // A call that ended while a sooner pass was due: that pass may still find its leg alive, so one more is owed.
  let isLaterOwed = false
  let isPassWaiting = false

  const schedule = (ms: number) => {
    if (isStopped || (timer && timer.ms <= ms)) return
    timer?.stop()
    timer = { ms, stop: deps.startTimer(ms, fire) }
  }
  const fire = () => {
    if (timer?.ms === LATER_MS) isLaterOwed = false
    timer = undefined
    // One pass waits for the one under way; more would find nothing that it does not find.
    if (isPassWaiting) return
    isPassWaiting = true
    running = (running ?? Promise.resolve()).then(pass)
  }
  const pass = async () => {
    isPassWaiting = false
    let hasMore = false
    try {
      if (!isStopped && deps.canSweep()) hasMore = await sweepOnce({ ...deps, stuck }, notes)
    } catch (error) {
      // What is in the spool stays there until Asterisk and the database are both back.
      deps.log.warn({ err: error }, 'the spool could not be emptied')
    }
    schedule(hasMore ? 0 : notes.size ? AGAIN_MS : isLaterOwed ? LATER_MS : MINUTE)
  }
  return {
    noteMessage: ({ callId, language, step, isCutOff }) => {
      notes.set(messageName({ callId, language, step }), { callId, leftAt: deps.now(), isCutOff })
      schedule(0)
    },
    noteText: () => {
      isLaterOwed = true
      schedule(TEXT_MS)
    },
    sweepSoon: (when) => {
      if (when === 'later') isLaterOwed = true
      schedule(when === 'now' ? 0 : LATER_MS)
    },
    stop: async () => {
      isStopped = true
      timer?.stop()
      await running
    },
  }
}

/** A message that was finished before the pass and was not in the spool does not exist: the call must not pass for answered. */
async function sweepOnce(deps: SpoolDeps & { stuck: Set<string> }, notes: Map<string, MessageNote>): Promise<boolean> {
  const finished = [...notes]
  const isAway = (error: unknown) => error instanceof AriUnreachable || deps.isDatabaseAway(error)
  const { names, hasMore } = await sweep({ ...deps, notes, isAway })
  for (const [name, { callId }] of finished) {
    if (names.has(name) || !notes.has(name) || deps.isOurs(callId)) continue
    await deps.services.callbacks.recordMissedCall({ callId, at: deps.now() })
    notes.delete(name)
    deps.log.warn({ callId }, 'a message was not in the spool: the call counts as missed')
  }
  return hasMore
}
