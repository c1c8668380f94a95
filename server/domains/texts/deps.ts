import type { FieldCipher, SealContext } from '../../platform/crypto/field-cipher.ts'
import type { Db } from '../../platform/db/db.ts'
import type { Clock } from '../../platform/time/clock.ts'
import type { OwnTexts } from './ports.ts'

/** @property ownTexts looks at every text first; absent where nobody sends texts to ourselves, as in a test of something else */
export type TextDeps = { db: Db; cipher: FieldCipher; clock: Clock; ownTexts?: OwnTexts }

/** Announced with the conversation's id whenever what is seen of it changed. */
export const TEXT_CHANGED = 'text.changed'
/** Announced with the text's id when there is something to send. */
export const TEXT_QUEUED = 'text.queued'

export const bodyContext = (textId: string): SealContext => `text_message:body:${textId}`
export const secretContext = (gatewayId: string): SealContext => `text_gateway:secret:${gatewayId}`
