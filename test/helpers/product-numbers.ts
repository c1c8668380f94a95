import { join } from 'node:path'
import { openNumber } from '../../server/domains/workers/service.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../../server/platform/crypto/key-files.ts'
import type { TestProduct } from './product.ts'

/** What opens the numbers of a product with its own keys: no page or API shows them. */
export async function numbersOf({ db, folder }: Pick<TestProduct, 'db' | 'folder'>): Promise<(phoneNumberId: string) => Promise<string>> {
  const secrets = join(folder, 'secrets')
  const keys = { masterKeyFile: join(secrets, 'master-key'), blindIndexKeyFile: join(secrets, 'blind-index-key') }
  const deps = { db, cipher: new FieldCipher(await loadKeyRing(keys)) }
  return (phoneNumberId) => openNumber(deps, db, phoneNumberId)
}
