import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { InjectOptions, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import { buildApp } from '../../server/app.ts'
import { type Config, readConfig } from '../../server/config.ts'
import { type Context, createContext, type Overrides } from '../../server/context.ts'
import { hashPassword } from '../../server/domains/users/passwords.ts'
import type { DbPool } from '../../server/platform/db/db.ts'
import type { App } from '../../server/platform/http/app.ts'
import type { Role } from '../../server/platform/http/policy.ts'
import { testKeyRing } from './keys.ts'
import { quietPhoneSide } from './phone-side.ts'
import { createTestDatabase } from './postgres.ts'

export const TEST_PASSWORD = 'a password of a test'
let passwordHash: Promise<string> | undefined
let made = 0

/** A signed-in browser: keeps its cookie and sends its csrf token. */
export type TestClient = {
  userId: string
  sessionId: string
  cookie: string
  csrfToken: string
  get(url: string): Promise<LightMyRequestResponse>
  send(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: object): Promise<LightMyRequestResponse>
}
export type UserParts = { countryIds?: string[]; factoryIds?: string[]; clientId?: string }
export type TestApp = {
  app: App
  context: Context
  config: Config
  db: DbPool
  /** Makes a user of this role and signs in. */
  signInAs(role: Role, parts?: UserParts): Promise<TestClient>
  stop(): Promise<void>
}
export type TestAppOptions = Overrides & {
  config?: Partial<Config>
  /** Runs the background work too: live listener, heartbeat, sealer. */
  isStarted?: boolean
}

/** The real app on a database of its own; requests go in by `app.inject`. Stop it in `onTestFinished` or `afterAll`. */
export async function createTestApp({ config: parts, isStarted = false, ...overrides }: TestAppOptions = {}): Promise<TestApp> {
  const { databaseUrl, drop } = await createTestDatabase()
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'ringback-http-test-'))
  const config = { ...readConfig({ DATABASE_URL: databaseUrl, RINGBACK_DATA: dataFolder }), databaseMaxConnections: 5, ...parts }
  const context = await createContext(config, {
    log: pino({ level: 'silent' }),
    keyRing: testKeyRing(),
    phone: quietPhoneSide(),
    ...overrides,
  })
  const app = await buildApp(context)
  if (isStarted) await context.start()
  return {
    app,
    context,
    config,
    db: context.db,
    signInAs: (role, user) => signInAs(app, context, role, user),
    stop: async () => {
      await app.close()
      await context.stop()
      await drop()
      await rm(dataFolder, { recursive: true, force: true })
    },
  }
}

/** A user in the database whose password is TEST_PASSWORD. @returns id and e-mail */
export async function makeUser(db: DbPool, role: Role, { countryIds = [], factoryIds = [], clientId }: UserParts = {}) {
  passwordHash ??= hashPassword(TEST_PASSWORD)
  const values = {
    email: `${role}-${++made}@example.org`,
    displayName: `${role} ${made}`,
    role,
    passwordHash: await passwordHash,
    countryIds,
    factoryIds,
    clientId: clientId ?? (role === 'client' ? await makeClient(db) : null),
  }
  return db.insertInto('appUser').values(values).returning(['id', 'email']).executeTakeFirstOrThrow()
}

async function makeClient(db: DbPool): Promise<string> {
  const row = await db
    .insertInto('client')
    .values({ name: `Client ${++made}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}

async function signInAs(app: App, { config, db }: Context, role: Role, parts: UserParts | undefined): Promise<TestClient> {
  const { id: userId, email } = await makeUser(db, role, parts)
  const reply = await app.inject({ method: 'POST', url: '/api/session', payload: { email, password: TEST_PASSWORD } })
  if (reply.statusCode !== 200) throw new Error(`cannot sign in: ${reply.body}`)
  const token = reply.cookies.find(({ name }) => name === config.http.cookie.name)?.value
  const cookie = `${config.http.cookie.name}=${token}`
  const { csrfToken } = reply.json<{ csrfToken: string }>()
  const newest = db.selectFrom('userSession').select('id').where('userId', '=', userId).orderBy('createdAt', 'desc').limit(1)
  const { id: sessionId } = await newest.executeTakeFirstOrThrow()
  const inject = (options: InjectOptions) => app.inject({ ...options, headers: { cookie, 'x-csrf-token': csrfToken } })
  return {
    userId,
    sessionId,
    cookie,
    csrfToken,
    get: (url) => inject({ method: 'GET', url }),
    send: (method, url, body) => inject({ method, url, ...(body !== undefined && { payload: body }) }),
  }
}
