import { type ClockSetting, getInstallation, saveClock } from '../db/installation.ts'
import { inTransaction } from '../db/transaction.ts'
import type { Db } from '../db/db.ts'
import { Refused } from '../errors.ts'
import { announce } from '../live/announce.ts'
import { type Clock, systemClock } from './clock.ts'

/** Announced when the demo's calendar was moved, so that all processes move. */
export const CLOCK_CHANGED = 'clock.changed'

/**
 * The product's calendar: real, or the demo's, which one process may set for all. What runs on real time (ring times, leases,
 * heartbeats, sessions) never asks it.
 */
export type ProductClock = Clock & {
  isSettable: boolean
  /** It moves only when it is set: a year can be gone through on a few days, step by step. */
  isStanding(): boolean
  /**
   * @param setting.now absent: as it is
   * @param setting.stands absent: as before
   * @throws ClockIsReal
   */
  set(setting: { now?: Date | undefined; stands?: boolean | undefined }): Promise<void>
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
  const { dataKind, clock } = await getInstallation(db)
  if (dataKind !== 'demo') throw new ClockIsReal()
  let setting: ClockSetting = clock
  const now = () => setting.standsAt ?? new Date(systemClock.now().getTime() + setting.offsetMs)
  return {
    isSettable: true,
    now: () => new Date(now()),
    isStanding: () => setting.standsAt !== null,
    set: async ({ now: to = now(), stands = setting.standsAt !== null }) => {
      const changed = { offsetMs: to.getTime() - systemClock.now().getTime(), standsAt: stands ? to : null }
      await inTransaction(db, async (tx) => {
        await saveClock(tx, changed)
        await announce(tx, CLOCK_CHANGED, 'calendar')
      })
      setting = changed
    },
    reload: async () => {
      setting = (await getInstallation(db)).clock
    },
  }
}

const realClock: ProductClock = {
  isSettable: false,
  now: () => systemClock.now(),
  isStanding: () => false,
  set: async () => {
    throw new ClockIsReal()
  },
  reload: async () => {},
}

/** A test's own clock in the product's place; set it through the test, not by API. */
export function asProductClock(clock: Clock): ProductClock {
  return { ...realClock, now: () => clock.now() }
}
