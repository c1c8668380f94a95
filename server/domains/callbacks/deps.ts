import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Clock } from '../../platform/time/clock.ts'
import type { CallbackTelephony } from './ports.ts'

export type CallbackDeps = { db: Db; cipher: FieldCipher; clock: Clock }
export type DiallingDeps = CallbackDeps & { callbackTelephony: CallbackTelephony }

/** Announced with the callback's id. */
export const CALLBACK_CHANGED = 'callback.changed'
/** Announced with the audit's id instead of many `CALLBACK_CHANGED`: a visit was closed. */
export const CALLBACKS_PLANNED = 'callbacks.planned'
/** Announced with the agent's user id: what is offered to them changed. */
export const OFFER_CHANGED = 'offer.changed'
/** Announced with the callback's id, a space and the user id of the agent who no longer has it. */
export const CALLBACK_TAKEN_BACK = 'callback.taken-back'
/** Announced with the attempt's id: the worker wrote that they do not want to be called; whoever rings for it stops. */
export const ATTEMPT_CALLED_OFF = 'attempt.called-off'
