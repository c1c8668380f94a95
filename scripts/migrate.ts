/** Brings the database named by DATABASE_URL (or the first argument) to the newest schema. */
import { migrate } from '../server/platform/db/migrate.ts'

const databaseUrl = process.argv[2] ?? process.env['DATABASE_URL']
if (!databaseUrl) {
  console.error('Set DATABASE_URL, or give it as the first argument.')
  process.exit(2)
}
const applied = await migrate(databaseUrl, { log: console.log })
console.log(applied.length ? `${applied.length} applied` : 'up to date')
