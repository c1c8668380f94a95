/** Our numbers, in memory: the call path never reads the database. */
import type { Log } from '../ari/face.ts'
import { MINUTE, SECOND } from '../../platform/time/duration.ts'
import type { LineFacts } from './ports.ts'
import type { StartTimer } from './timers.ts'

export type Facts = {
  /** False until the database has answered once: then calls are left to the dialplan. */
  readonly areLoaded: boolean
  findLine(did: string): LineFacts | undefined
  /** As carriers write it: in international form, without its plus, or as inside the country. */
  isOurNumber(raw: string): boolean
  /** Reads again: something changed, or changes may have been missed. Never rejects; what was known stays known. */
  refresh(): Promise<void>
  stop(): void
}

type Options = {
  load: () => Promise<ReadonlyMap<string, LineFacts>>
  log: Pick<Log, 'warn'>
  startTimer: StartTimer
}

const SHORTEST_NATIONAL = 7

/** Reads at `refresh`, again every five minutes in case a change was not heard of, and every two seconds while it never succeeded. */
export function createFacts({ load, log, startTimer }: Options): Facts {
  let lines: ReadonlyMap<string, LineFacts> | undefined
  let stopTimer = () => {}
  let isStopped = false
  let running: Promise<void> | undefined
  let isAskedAgain = false

  const read = async () => {
    stopTimer()
    do {
      isAskedAgain = false
      try {
        lines = await load()
      } catch (error) {
        log.warn({ err: error, areLoaded: lines !== undefined }, 'the numbers could not be read')
      }
    } while (isAskedAgain && !isStopped)
    if (!isStopped) stopTimer = startTimer(lines ? 5 * MINUTE : 2 * SECOND, () => void refresh())
  }
  const refresh = () => {
    isAskedAgain = running !== undefined
    return (running ??= read().finally(() => (running = undefined)))
  }

  return {
    get areLoaded() {
      return lines !== undefined
    },
    findLine: (did) => lines?.get(did),
    isOurNumber: (raw) => {
      const digits = raw.replace(/^\+?0*/, '')
      // Shorter ones are the ends of many numbers.
      return digits.length >= SHORTEST_NATIONAL && [...(lines?.keys() ?? [])].some((did) => did.endsWith(digits))
    },
    refresh,
    stop: () => {
      isStopped = true
      stopTimer()
    },
  }
}
