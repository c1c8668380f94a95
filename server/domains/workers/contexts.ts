/** Where each sealed value of the vault lives; it opens nowhere else. */
import type { SealContext } from '../../platform/crypto/field-cipher.ts'

export const numberContext = (id: string): SealContext => `phone_number:e164:${id}`
export const aliasContext = (id: string): SealContext => `worker:alias:${id}`
export const codeWordContext = (id: string): SealContext => `worker:code_word:${id}`
