/** Gives auditors' phones a new key to seal to, from their next look at the server on. `node scripts/rotate-intake-key.ts` */
import { readConfig } from '../server/config.ts'
import { rotateIntakeKey } from '../server/domains/audits/intake-service.ts'
import { FieldCipher } from '../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../server/platform/crypto/key-files.ts'
import { createDb } from '../server/platform/db/db.ts'

const { databaseUrl, keys } = readConfig()
const db = createDb(databaseUrl, { max: 1 })
try {
  const { id } = await rotateIntakeKey({ db, cipher: new FieldCipher(await loadKeyRing(keys)) }, null)
  console.log(`Phones seal to key ${id} from now on; what was sealed to earlier ones still opens.`)
} finally {
  await db.destroy()
}
