/**
 * Several processes share one Asterisk, and none leads. When one dies, another takes its calls over:
 *
 *   silent in the database ──▶ its place is free ──▶ no answer over Asterisk either ──▶ its calls are ours ──▶ its legs come here
 *     (it says so every 3 s)     (Postgres lost it)     (it is not only cut off)          (one transaction)      and go on
 *
 * One that stands still keeps its place, and Asterisk's dead-man timers have its callers. One that was only taken for dead lets go of
 * what is another's by now, before it does anything else with it.
 */
import { setTimeout as wait } from 'node:timers/promises'
import type { AriLink, Log, RollCall } from '../ari/face.ts'
import { AriError, AriRefused } from '../ari/errors.ts'
import type { TelephonyEvent } from '../ari/events.ts'
import { monotonicMs } from '../../platform/time/clock.ts'
import { SECOND } from '../../platform/time/duration.ts'
import { callOfChannel, isHeldAgentLeg } from './ids.ts'
import type { CallsDeps } from './open-calls.ts'
import type { TelephonyServices } from './ports.ts'
import { openSaved, type ReconcileDeps, tellStrangers } from './reconcile.ts'
import { inTime } from './timers.ts'
import type { Write } from './writes.ts'

export type TakeOver = {
  /** Looks for dead processes, and takes the calls of each over. One look at a time. Never rejects. */
  look(): Promise<void>
  /** Lets go of the calls that another process has taken over. Never rejects. */
  letGo(): Promise<void>
  /** As `letGo`, when the link was away for so long that it may have happened; undefined: it was not. */
  letGoAfterAbsence(): Promise<void> | undefined
  /** Answers another service that asks whether we are there, and takes in its answer. */
  hear(event: TelephonyEvent): void
}

type Deps = CallsDeps &
  Pick<ReconcileDeps, 'commands'> & {
    link: Pick<AriLink, 'on' | 'state'>
    services: Pick<TelephonyServices, 'calls' | 'others'>
    applicationOf: (instance: string) => string
    now: () => Date
    isStopping: () => boolean
    log: Log
  }

/** Real time: a process that is not busy answers within milliseconds. */
const ANSWER_WITHIN_MS = 2 * SECOND
/** Shorter than anybody must be silent to be taken for dead. */
const LONG_ABSENCE_MS = 7 * SECOND
const LOOK_UP_MS = 2 * SECOND
const MOST_TRIES = 30
const AGAIN_MS = SECOND

export function createTakeOver(deps: Deps): TakeOver {
  const { commands, sessions, services, log } = deps
  const answered = new Map<string, () => void>()
  let looking: Promise<void> | undefined
  let lostMs: number | undefined
  deps.link.on('disconnected', () => (lostMs ??= monotonicMs()))

  /** `unknown` when Asterisk cannot be asked: then nothing is taken from anybody. */
  const stateOf = async (application: string): Promise<'lives' | 'dead' | 'unknown'> => {
    const { promise, resolve } = Promise.withResolvers<true>()
    answered.set(application, () => resolve(true))
    try {
      await commands.sayTo(application, 'ask')
      return (await inTime(ANSWER_WITHIN_MS, promise)) ? 'lives' : 'dead'
    } catch (error) {
      if (!(error instanceof AriError)) throw error
      return error instanceof AriRefused ? 'dead' : 'unknown'
    } finally {
      answered.delete(application)
    }
  }
  const takeOver = async (from: string) => {
    const application = deps.applicationOf(from)
    const state = await stateOf(application)
    if (state !== 'dead' || deps.isStopping() || deps.link.state !== 'connected')
      return log.warn({ from, state }, 'a silent process keeps its calls')
    const calls = await services.calls.takeOverCalls({ from, at: deps.now() })
    if (!calls) return
    log.warn({ from, calls: calls.length }, 'a process died: its calls are taken over')
    const goOn = openSaved(deps, calls)
    const rollCall = await legsLeft(application)
    goOn(rollCall)
    tellStrangers(deps, rollCall, true)
  }
  /** The calls are ours by now: whatever goes wrong, it is tried again, and they are not left without anybody. */
  const legsLeft = async (application: string): Promise<RollCall> => {
    for (let tries = 1; ; tries++) {
      try {
        return await rollCallOf(application, deps)
      } catch (error) {
        log.warn({ err: error, tries }, 'the legs of a dead process could not be taken over')
        if (tries === MOST_TRIES) return { channels: [], storedRecordings: [], asterisk: { version: '', startedAt: new Date(0) } }
        await wait(AGAIN_MS)
      }
    }
  }
  const lookOnce = async () => {
    try {
      if (deps.isStopping() || deps.link.state !== 'connected') return
      for (const from of await services.others.listSilent()) await services.others.inPlaceOf(from, () => takeOver(from))
    } catch (error) {
      log.warn({ err: error }, 'the calls of a dead process could not be taken over')
    }
  }
  const letGo = async () => {
    try {
      const taken = await inTime(LOOK_UP_MS, services.calls.findTaken(sessions.all().map(({ callId }) => callId)))
      const gone = sessions.all().filter(({ callId }) => taken?.has(callId))
      for (const session of gone) sessions.letGo(session)
      if (gone.length) log.warn({ calls: gone.length }, 'another process has taken calls over while this one was not heard')
    } catch (error) {
      // The database is away: others do not reach it either, and what is told meanwhile is looked at again before it is.
      log.warn({ err: error }, 'it could not be asked whose calls these are')
    }
  }

  return {
    look: () => (looking ??= lookOnce().finally(() => (looking = undefined))),
    letGo,
    letGoAfterAbsence: () => {
      const wasLong = lostMs !== undefined && monotonicMs() - lostMs >= LONG_ABSENCE_MS
      lostMs = undefined
      return wasLong && sessions.count ? letGo() : undefined
    },
    hear: (event) => {
      if (event.type === 'serviceAnswered') answered.get(event.from)?.()
      if (event.type !== 'serviceAsked') return
      commands.sayTo(event.from, 'answer').catch((error: unknown) => log.warn({ trouble: String(error) }, 'another service gets no answer'))
    },
  }
}

/** Whether another process had the call by the time a fact of it was noted. It rejects when the database is away. */
export function createOvertaken(calls: Pick<TelephonyServices['calls'], 'findTaken'>): (write: Write) => Promise<boolean> {
  return async ({ callId, at }) => {
    const takenAt = (await calls.findTaken([callId])).get(callId)
    return takenAt !== undefined && new Date(at) > takenAt
  }
}

/**
 * Moves the legs here, then lists those that are left: whoever hangs up from then on is heard. An agent whose phone only rings for a
 * caller who waits is not waited for: where they would arrive, nobody is.
 */
async function rollCallOf(application: string, { commands, applicationOf, instance, log }: Deps): Promise<RollCall> {
  const adopted = new Set<string>()
  for (const { channelId, state } of await legsOrNone(application, commands)) {
    const isRinging = state !== 'Up' && isHeldAgentLeg(channelId)
    try {
      if (isRinging) await commands.hangUp(channelId)
      else await commands.adopt(channelId, application)
      if (!isRinging) adopted.add(channelId)
    } catch (error) {
      if (!(error instanceof AriError)) throw error
      log.warn({ channelId, callId: callOfChannel(channelId), trouble: error.message }, 'a leg of a dead process could not be taken over')
    }
  }
  const [legs, asterisk] = await Promise.all([commands.listLegsOf(applicationOf(instance)), commands.info()])
  return { channels: legs.filter(({ channelId }) => adopted.has(channelId)), storedRecordings: [], asterisk }
}

/** An application that died without legs is gone. */
async function legsOrNone(application: string, commands: Deps['commands']) {
  try {
    return await commands.listLegsOf(application)
  } catch (error) {
    if (error instanceof AriRefused && error.status === 404) return []
    throw error
  }
}
