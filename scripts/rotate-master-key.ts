/**
 * Second step of changing the master key. Before: RINGBACK_MASTER_KEY_FILE names the new key, RINGBACK_PREVIOUS_MASTER_KEY_FILE
 * the old one, and every service process was restarted with both. After: restart them without the old one, then destroy it.
 * May be stopped and run again at any time.
 */
import { readConfig } from '../server/config.ts'
import { loadKeyRing } from '../server/platform/crypto/key-files.ts'
import { assertMasterKeys, rewrapAll } from '../server/platform/crypto/rotation.ts'
import { createDb } from '../server/platform/db/db.ts'

const config = readConfig()
const keyRing = await loadKeyRing(config.keys)
const db = createDb(config.databaseUrl, { max: 1 })
try {
  const moved = await rewrapAll(db, keyRing, { onBatch: (count) => console.log(`${count} keys moved`) })
  await assertMasterKeys(db, { ...keyRing, previous: undefined })
  console.log(`done: ${moved} keys moved, all are under the new master key ${keyRing.master.id}`)
} finally {
  await db.destroy()
}
