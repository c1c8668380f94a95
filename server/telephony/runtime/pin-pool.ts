/** PINs that are nobody else's, ready to be read out: a caller never waits for the database. They are in memory alone. */
import type { Log } from '../ari/face.ts'

export type PinPool = {
  /** One for this caller alone. With the database away and none left, one that nobody is likely to have. */
  take(): string
  /** Fills up behind the callers' backs. Never rejects. */
  fill(): Promise<void>
}

const FULL = 20
const LOW = 10

export function createPinPool({
  reserve,
  makeOne,
  log,
}: {
  reserve: (count: number) => Promise<string[]>
  makeOne: () => string
  log: Pick<Log, 'warn'>
}): PinPool {
  const ready: string[] = []
  let filling: Promise<void> | undefined

  const fillOnce = async () => {
    try {
      if (ready.length < FULL) ready.push(...(await reserve(FULL - ready.length)))
    } catch (error) {
      log.warn({ err: error, left: ready.length }, 'no PINs could be reserved')
    }
  }
  const fill = () => (filling ??= fillOnce().finally(() => (filling = undefined)))
  return {
    take: () => {
      const pin = ready.shift() ?? makeOne()
      if (ready.length < LOW) void fill()
      return pin
    },
    fill,
  }
}
