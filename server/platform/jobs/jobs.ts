import { schedule, type ScheduledTask } from 'node-cron'
import type { Db } from '../db/db.ts'
import { claimMinute, heartbeatAgeMs, pruneHeartbeats } from '../db/heartbeat.ts'
import type { PartState } from '../http/health.ts'
import type { Log } from '../log.ts'
import { monotonicMs } from '../time/clock.ts'
import { MINUTE } from '../time/duration.ts'

type Job = () => Promise<void>
export type Jobs = {
  /** Runs `job` once every minute, in one process of all that share the database. Due times live in Postgres, not here. */
  every(name: string, job: Job): void
  start(): void
  /** Works the present minute if no process has yet; what the clock calls. @returns whether this process did */
  tick(): Promise<boolean>
  /** Red when no process has worked a minute for three. */
  readiness(): Promise<PartState>
  /** Waits for jobs under way. */
  stop(): Promise<void>
}

const STALE_AFTER_MS = 3 * MINUTE

/**
 * The heartbeat: node-cron ticks each UTC minute, an insert decides which process works it. It is real time even in the demo.
 * A job that fails or is slow keeps no other from running; one still running when its turn comes again is left alone.
 */
export function createJobs({ db, log, instance }: { db: Db; log: Log; instance: string }): Jobs {
  const jobs = new Map<string, Job>([['prune heartbeats', () => pruneHeartbeats(db)]])
  const running = new Map<string, Promise<void>>()
  let cron: ScheduledTask | undefined
  let lastTick: Promise<unknown> = Promise.resolve()

  const runJob = async (name: string, job: Job) => {
    const startedMs = monotonicMs()
    try {
      await job()
      log.debug({ job: name, ms: Math.round(monotonicMs() - startedMs) }, 'job done')
    } catch (error) {
      log.error({ err: error, job: name }, 'job failed')
    }
  }

  const tick = async () => {
    const isOurs = await claimMinute(db, instance)
    if (!isOurs) return false
    for (const [name, job] of jobs) {
      if (running.has(name)) {
        log.warn({ job: name }, 'job still running: this minute is left out')
        continue
      }
      running.set(
        name,
        runJob(name, job).finally(() => running.delete(name)),
      )
    }
    await Promise.all(running.values())
    return true
  }
  const tickLogged = () => {
    lastTick = tick().catch((error: unknown) => log.warn({ err: error }, 'the minute could not be claimed'))
  }

  return {
    every(name, job) {
      if (jobs.has(name)) throw new Error(`two jobs are named "${name}"`)
      jobs.set(name, job)
    },
    start() {
      cron = schedule('* * * * *', tickLogged, { timezone: 'Etc/UTC', suppressMissedWarning: true })
      tickLogged()
    },
    tick,
    async readiness() {
      const ageMs = await heartbeatAgeMs(db)
      if (ageMs === undefined) return { isOk: false, detail: 'no heartbeat yet' }
      if (ageMs > STALE_AFTER_MS) return { isOk: false, detail: `last heartbeat ${Math.round(ageMs / 1000)} s ago` }
      return { isOk: true }
    },
    async stop() {
      await cron?.destroy()
      await lastTick
      await Promise.all(running.values())
    },
  }
}
