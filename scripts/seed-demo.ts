import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../server/config.ts'
import { installQuestionnaire } from '../server/domains/questionnaires/service.ts'
import type { QuestionnaireBody } from '../server/domains/questionnaires/contract.ts'
import type { Role } from '../server/domains/users/contract.ts'
import { createUser } from '../server/domains/users/service.ts'
import { FieldCipher } from '../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../server/platform/crypto/key-files.ts'
import { createDb, type Db } from '../server/platform/db/db.ts'
import { getInstallation, markAsDemo } from '../server/platform/db/installation.ts'
import { inTransaction } from '../server/platform/db/transaction.ts'
import { systemClock } from '../server/platform/time/clock.ts'
import { seedCountries } from './demo/countries.ts'
import { agents, BRAND, carrierPortOf, countries, staff } from './demo/programme.ts'
import { seedVisits } from './demo/visits.ts'
import { SetupProblem } from './lib/setup-problem.ts'
import type { Secrets } from './start/secrets.ts'

/** What var/demo.json holds: addresses, and who can sign in. Passwords are made at the first start and stay. */
export type Demo = {
  consoleUrl: string
  sip: { host: string; port: number }
  users: { role: Role; email: string; password: string; displayName: string; agentSipUser?: string }[]
  countries: {
    id: string
    name: string
    callingCode: string
    languages: string[]
    cardDid: string
    callbackDid: string
    /** Where the simulated carrier sends from and is reached. */
    carrier: { host: string; port: number }
    /** Workers' numbers are this and two digits more; what each does is in scripts/simulator. */
    workerPrefix: string
  }[]
  agents: { sipUser: string; password: string; registrar: string; languages: string[]; countries: string[] }[]
}

export type SeedDemo = { databaseUrl: string; secrets: Pick<Secrets, 'masterKeyFile' | 'blindIndexKeyFile' | 'password'>; settings: Config }

/** SIP digest's realm; the same is rendered into Asterisk's configuration. */
const SIP_REALM = 'ringback'

/**
 * Fills an empty database with the demo programme, and finds it there the next time: whatever exists is left as it is.
 * @returns what demo.json holds
 * @throws SetupProblem when the database belongs to a real hotline
 */
export async function seedDemo({ databaseUrl, secrets, settings }: SeedDemo): Promise<Demo> {
  const db = createDb(databaseUrl, { max: 2 })
  try {
    const cipher = new FieldCipher(
      await loadKeyRing({ ...settings.keys, masterKeyFile: secrets.masterKeyFile, blindIndexKeyFile: secrets.blindIndexKeyFile }),
    )
    const deps = { db, cipher, clock: systemClock }
    await claimForDemo(db)
    await seedCountries(db, carrierPortOf(settings.sip.port))
    await installQuestionnaire(deps, 'After the visit', await defaultQuestionnaire())
    const clientId = await ensureClient(db)
    const users = await seedUsers(db, secrets, clientId)
    const phones = await seedPhones(db, secrets, users, settings)
    await seedVisits(deps, { clientId, supervisorEmail: emailOf('supervisor') })
    await assignFactories(db, emailOf('auditor'))
    return {
      consoleUrl: settings.http.publicUrl,
      sip: { host: settings.sip.bind, port: settings.sip.port },
      users,
      countries: countries.map(({ id, name, callingCode, languageCodes, cardDid, callbackDid, carrierHost, workerPrefix }) => ({
        id,
        name,
        callingCode,
        languages: languageCodes,
        cardDid,
        callbackDid,
        carrier: { host: carrierHost, port: carrierPortOf(settings.sip.port) },
        workerPrefix,
      })),
      agents: phones,
    }
  } finally {
    await db.destroy()
  }
}

const emailOf = (name: string) => `${name}@demo.localhost`

async function defaultQuestionnaire(): Promise<QuestionnaireBody> {
  const file = join(import.meta.dirname, '..', 'sql', 'seed', 'default-questionnaire.json')
  return JSON.parse(await readFile(file, 'utf8')) as QuestionnaireBody
}

async function ensureClient(db: Db): Promise<string> {
  await db
    .insertInto('client')
    .values({ name: BRAND })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const { id } = await db.selectFrom('client').select('id').where('name', '=', BRAND).executeTakeFirstOrThrow()
  return id
}

async function seedUsers(db: Db, secrets: SeedDemo['secrets'], clientId: string): Promise<Demo['users']> {
  const countryIds = countries.map(({ id }) => id)
  const everyone = [
    ...staff.map(({ role, displayName }) => ({ name: role, role, displayName, countryIds, clientId: role === 'client' ? clientId : null })),
    ...agents.map(({ name, displayName, countryId, sipUser }) => ({
      name,
      role: 'agent' as const,
      displayName,
      countryIds: [countryId],
      clientId: null,
      agentSipUser: sipUser,
    })),
  ]
  const users: Demo['users'] = []
  for (const { name, role, displayName, countryIds: own, clientId: client, ...rest } of everyone) {
    const email = emailOf(name)
    const password = await secrets.password(name)
    const known = await db.selectFrom('appUser').select('id').where('email', '=', email).executeTakeFirst()
    if (!known) await createUser(db, null, { email, displayName, role, password, countryIds: own, factoryIds: [], clientId: client })
    users.push({ role, email, password, displayName, ...rest })
  }
  return users
}

/** Agents' phones; the service pushes them to Asterisk from the database. */
async function seedPhones(db: Db, secrets: SeedDemo['secrets'], users: Demo['users'], settings: Config): Promise<Demo['agents']> {
  const phones: Demo['agents'] = []
  // The demo's supervisor has heard them all.
  const { id: supervisorId } = await db
    .selectFrom('appUser')
    .select('id')
    .where('email', '=', emailOf('supervisor'))
    .executeTakeFirstOrThrow()
  for (const { name, sipUser, countryId, languageCode } of agents) {
    const password = await secrets.password(`sip-${name}`)
    const email = users.find(({ agentSipUser }) => agentSipUser === sipUser)!.email
    const { id: userId } = await db.selectFrom('appUser').select('id').where('email', '=', email).executeTakeFirstOrThrow()
    const sipPasswordDigest = createHash('md5').update(`${sipUser}:${SIP_REALM}:${password}`).digest('hex')
    await db
      .insertInto('agent')
      .values({ userId, sipUser, sipPasswordDigest, countryIds: [countryId], languageCodes: [languageCode] })
      .onConflict((conflict) => conflict.column('userId').doUpdateSet({ sipPasswordDigest }))
      .execute()
    await db
      .insertInto('agentCertificate')
      .values({ agentUserId: userId, languageCode, certifiedByUserId: supervisorId, certifiedAt: new Date() })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    const registrar = `${settings.sip.bind}:${settings.sip.port}`
    phones.push({ sipUser, password, registrar, languages: [languageCode], countries: [countryId] })
  }
  return phones
}

/** The demo's auditor visits all of its factories. */
async function assignFactories(db: Db, auditorEmail: string): Promise<void> {
  const factories = await db.selectFrom('factory').select('id').execute()
  await db
    .updateTable('appUser')
    .set({ factoryIds: factories.map(({ id }) => id) })
    .where('email', '=', auditorEmail)
    .execute()
}

/** The demo's passwords lie in a file and its numbers are made up: neither may ever get among real people's. */
async function claimForDemo(db: Db): Promise<void> {
  await inTransaction(db, async (tx) => {
    const { dataKind } = await getInstallation(tx)
    if (dataKind === 'demo') return
    const user = await tx.selectFrom('appUser').select('id').limit(1).executeTakeFirst()
    if (user) {
      throw new SetupProblem(
        'This database belongs to a real hotline; the demo is not put into it. Set DATABASE_URL to an empty one, or leave it out.',
      )
    }
    await markAsDemo(tx)
  })
}
