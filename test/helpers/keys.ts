import { randomBytes } from 'node:crypto'
import type { KeyRing } from '../../server/platform/crypto/key-files.ts'
import { KEY_BYTES } from '../../server/platform/crypto/seal.ts'

/** Keys nobody else has: what one test seals, another cannot open. */
export function testKeyRing(): KeyRing {
  return {
    master: { id: randomBytes(8).toString('hex'), key: randomBytes(KEY_BYTES) },
    previous: undefined,
    blindIndexKey: randomBytes(KEY_BYTES),
  }
}
