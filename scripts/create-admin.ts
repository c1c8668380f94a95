/**
 * Makes an administrator on a fresh installation: `node scripts/create-admin.ts <e-mail> <name>`, password on stdin or asked for.
 * Needs DATABASE_URL.
 */
import { createInterface } from 'node:readline/promises'
import { createUser } from '../server/domains/users/service.ts'
import { createDb } from '../server/platform/db/db.ts'

const [email, displayName] = process.argv.slice(2)
const databaseUrl = process.env['DATABASE_URL']
if (!email || !displayName || !databaseUrl) {
  console.error('Usage: DATABASE_URL=… node scripts/create-admin.ts <e-mail> <name>   (the password is read from stdin)')
  process.exit(2)
}
const lines = createInterface({ input: process.stdin })
if (process.stdin.isTTY) process.stderr.write('Password (12 characters or more): ')
const password = await lines[Symbol.asyncIterator]().next()
lines.close()
const db = createDb(databaseUrl, { max: 1 })
try {
  const input = { email, displayName, role: 'administrator', password: password.value ?? '', countryIds: [], factoryIds: [] } as const
  const user = await createUser(db, null, { ...input, countryIds: [], factoryIds: [] })
  console.log(`made ${user.id}`)
} finally {
  await db.destroy()
}
