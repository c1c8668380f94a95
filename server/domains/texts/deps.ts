import type { FieldCipher, SealContext } from '../../platform/crypto/field-cipher.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Clock } from '../../platform/time/clock.ts'

export type TextDeps = { db: Db; cipher: FieldCipher; clock: Clock }

/** Announced with the conversation's id whenever what is seen of it changed. */
export const TEXT_CHANGED = 'text.changed'
/** Announced with the text's id when there is something to send. */
export const TEXT_QUEUED = 'text.queued'

export const bodyContext = (textId: string): SealContext => `text_message:body:${textId}`
export const secretContext = (gatewayId: string): SealContext => `text_gateway:secret:${gatewayId}`
