/** When the calls of an earlier process are picked up: at the first connect, or as soon after it as the database can say which they are. */
import type { AriLink, Log, RollCall } from '../ari/face.ts'
import { SECOND } from '../../platform/time/duration.ts'
import { AriError } from '../ari/errors.ts'
import type { CallsDeps } from './open-calls.ts'
import type { OpenCall, TelephonyServices } from './ports.ts'
import { pickUpSaved, tellSessions, tellStrangers } from './reconcile.ts'
import type { StartTimer } from './timers.ts'
import type { WriteBehind } from './write-behind.ts'

export type Recovery = {
  /** Reads the saved calls, once what the earlier process had left in the journal is told. Never rejects. */
  load(): Promise<void>
  /** The link is connected, for the first time or again. @param areOurs when it is known which calls another process has by now */
  connected(rollCall: RollCall, areOurs?: Promise<void>): void
  stop(): void
}

type Deps = CallsDeps & {
  link: AriLink
  commands: AriLink['commands']
  services: TelephonyServices
  writes: Pick<WriteBehind, 'mode' | 'whenDirect' | 'isPending'>
  startTimer: StartTimer
  log: Pick<Log, 'info' | 'warn'>
}

const RETRY_MS = 2 * SECOND

export function createRecovery(deps: Deps): Recovery {
  const { instance, services, writes, startTimer, log, link } = deps
  /** Undefined until read; empty once they are picked up. */
  let openCalls: readonly OpenCall[] | undefined
  let asteriskStartedAt: Date | undefined
  let loading: Promise<void> | undefined
  let stopTimer = () => {}
  let isStopped = false

  const read = async () => {
    try {
      await writes.whenDirect()
      const listed = await services.calls.listOpenCalls(instance)
      // What this process itself is still telling of its calls is newer than their rows.
      openCalls ??= listed.filter(({ callId }) => !writes.isPending(callId))
    } catch (error) {
      log.warn({ err: error }, 'the calls of an earlier process could not be read')
    }
  }
  const load = () => {
    if (openCalls) return Promise.resolve()
    return (loading ??= read().finally(() => (loading = undefined)))
  }
  const pickUp = (rollCall: RollCall) => {
    pickUpSaved(deps, rollCall, openCalls ?? [])
    tellStrangers(deps, rollCall, openCalls !== undefined)
    if (openCalls) openCalls = []
    else stopTimer = startTimer(RETRY_MS, () => void pickUpLate())
  }
  const pickUpLate = async () => {
    await load()
    try {
      if (openCalls && link.state === 'connected') return pickUp(await legsNow(deps))
    } catch (error) {
      if (!(error instanceof AriError)) throw error
      log.warn({ trouble: error.message }, 'the legs could not be listed')
    }
    if (!isStopped) stopTimer = startTimer(RETRY_MS, () => void pickUpLate())
  }
  return {
    load,
    connected: (rollCall, areOurs) => {
      stopTimer()
      const hasAsteriskRestarted = asteriskStartedAt !== undefined && asteriskStartedAt < rollCall.asterisk.startedAt
      asteriskStartedAt = rollCall.asterisk.startedAt
      tellSessions(deps, rollCall, { hasAsteriskRestarted, areOurs })
      pickUp(rollCall)
    },
    stop: () => {
      isStopped = true
      stopTimer()
    },
  }
}

/** Of every application: enough to tell which legs of saved calls are there. Callers without a call were seen at the connect. */
async function legsNow({ commands }: Deps): Promise<RollCall> {
  const [channels, storedRecordings, asterisk] = await Promise.all([
    commands.listChannels(),
    commands.listStoredRecordings(),
    commands.info(),
  ])
  return { channels: channels.map((channel) => ({ ...channel, variables: {} })), storedRecordings, asterisk }
}
