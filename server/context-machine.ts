/** What is looked at on the machine itself, and the sentence each would be on the board. */
import { createMachineWatch, type MachineWatch } from './domains/alerts/machine-watch.ts'
import { messages } from './domains/alerts/service.ts'
import type { DbPool } from './platform/db/db.ts'
import { roomIn } from './platform/disk.ts'
import type { Jobs } from './platform/jobs/jobs.ts'
import type { Log } from './platform/log.ts'
import { MINUTE, SECOND } from './platform/time/duration.ts'

type Machine = {
  db: DbPool
  log: Log
  instance: string
  jobs: Pick<Jobs, 'readiness'>
  isTelephonyConnected: () => boolean
  diskFolders: readonly string[]
  /** Milliseconds that only grow; the system's when not given. */
  nowMs?: () => number
}

/** A service that was away begins with an old heartbeat, and beats at once. */
const FIRST_BEAT_MS = 15 * SECOND

export function watchMachine({ db, log, instance, jobs, isTelephonyConnected, diskFolders, nowMs }: Machine): MachineWatch {
  const room = () => roomIn(diskFolders)
  return createMachineWatch({
    ...{ db, log },
    ...(nowMs && { nowMs }),
    parts: [
      {
        ...{ kind: 'heartbeat-stale', subject: 'all', severity: 'critical', afterMs: FIRST_BEAT_MS },
        message: messages.say('alert-heartbeat-stale'),
        check: () => jobs.readiness(),
      },
      {
        ...{ kind: 'telephony-away', subject: `instance-${instance}`, severity: 'critical', afterMs: MINUTE },
        message: messages.say('alert-telephony-away'),
        check: () => ({ isOk: isTelephonyConnected() }),
      },
      {
        ...{ kind: 'disk-low', subject: `instance-${instance}`, severity: 'warning', afterMs: 0 },
        message: messages.say('alert-disk-low'),
        check: async () => ({ isOk: (await room()).state === 'ample' }),
      },
      {
        ...{ kind: 'disk-tight', subject: `instance-${instance}`, severity: 'critical', afterMs: 0 },
        message: messages.say('alert-disk-tight'),
        check: async () => ({ isOk: (await room()).state !== 'tight' }),
      },
    ],
  })
}
