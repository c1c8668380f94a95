import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Log } from '../../platform/log.ts'
import type { Clock } from '../../platform/time/clock.ts'
import type { TextTelephony } from '../texts/ports.ts'
import type { NumberTelephony, SoundOf } from './ports.ts'

export type WatchdogDeps = { db: Db }
export type RunnerDeps = WatchdogDeps & {
  cipher: FieldCipher
  clock: Clock
  log: Pick<Log, 'info' | 'warn' | 'error'>
  numberTelephony: NumberTelephony
  textTelephony: TextTelephony
  soundOf: SoundOf
}

/** Announced with `<country>-<kind>` whenever what is shown of a number changed. */
export const NUMBER_CHANGED = 'number.changed'
/** Announced the same way when somebody wants it checked now. */
export const NUMBER_DUE = 'number.due'
