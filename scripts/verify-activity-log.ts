/** Reads the whole activity-log and says whether it is what was written; exit code 1 when it is not. */
import path from 'node:path'
import { readConfig } from '../server/config.ts'
import { createHeadFile } from '../server/domains/activity-log/head-file.ts'
import { chainMac } from '../server/domains/activity-log/sealer.ts'
import { verifyChain } from '../server/domains/activity-log/verify.ts'
import { FieldCipher } from '../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../server/platform/crypto/key-files.ts'
import { createDb } from '../server/platform/db/db.ts'

const config = readConfig()
const cipher = new FieldCipher(await loadKeyRing(config.keys))
const heads = await createHeadFile(path.join(config.dataFolder, 'activity-heads')).read()
const db = createDb(config.databaseUrl, { max: 1 })
try {
  const report = await verifyChain(db, chainMac(cipher), heads)
  if (report.isWhole) console.log(`whole: ${report.links} rows, ${heads.length} ends noted outside`)
  else console.error(`not whole: ${JSON.stringify(report.fault)}`)
  if (!report.isWhole) process.exitCode = 1
} finally {
  await db.destroy()
}
