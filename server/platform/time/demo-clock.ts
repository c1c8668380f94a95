import { getInstallation, saveClockOffset } from '../db/installation.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Db } from '../db/db.ts'
import { Refused } from '../errors.ts'
import { announce } from '../live/announce.ts'
import { OffsetClock, systemClock, type Clock } from './clock.ts'

/** Announced when the demo's calendar was moved, so that all processes move. */
export const CLOCK_CHANGED = 'clock.changed'

/** The product's calendar: real, or the demo's, which one process may set for all. */
export type ProductClock = Clock & {
  isSettable: boolean
  /** @throws ClockIsReal */
  set(instant: Date): Promise<void>
  /** Takes over what another process set. */
  reload(): Promise<void>
}

export class ClockIsReal extends Refused {
  constructor() {
    super('clock-is-real', 'The clock can be set in the demo only (RINGBACK_CLOCK=demo, with demo data).')
  }
}

/** @throws ClockIsReal when 'demo' is asked for but the data is not the demo's */
export async function createProductClock(db: Db, mode: 'system' | 'demo'): Promise<ProductClock> {
  if (mode === 'system') return realClock
  const { dataKind, clockOffsetMs } = await getInstallation(db)
  if (dataKind !== 'demo') throw new ClockIsReal()
  const clock = new OffsetClock(clockOffsetMs)
  return {
    isSettable: true,
    now: () => clock.now(),
    set: async (instant) => {
      const offsetMs = instant.getTime() - systemClock.now().getTime()
      await inTransaction(db, async (tx) => {
        await saveClockOffset(tx, offsetMs)
        await announce(tx, CLOCK_CHANGED, 'calendar')
      })
      clock.offsetMs = offsetMs
    },
    reload: async () => {
      clock.offsetMs = (await getInstallation(db)).clockOffsetMs
    },
  }
}

const realClock: ProductClock = {
  isSettable: false,
  now: () => systemClock.now(),
  set: async () => {
    throw new ClockIsReal()
  },
  reload: async () => {},
}

/** A test's own clock in the product's place; set it through the test, not by API. */
export function asProductClock(clock: Clock): ProductClock {
  return { ...realClock, now: () => clock.now() }
}
