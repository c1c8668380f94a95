import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Clock } from '../../platform/time/clock.ts'

export type VoicemailDeps = { db: Db; cipher: FieldCipher; clock: Clock }
/** Announced with the voicemail's id. */
export const VOICEMAIL_CHANGED = 'voicemail.changed'
