import { createHash, randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { markTold, saveCountries } from '../../server/domains/countries/service.ts'
import type { CallOrder } from '../../server/domains/callbacks/ports.ts'
import type { LineEnd } from '../../server/domains/callbacks/outcomes/outcome-rules.ts'
import type { Slot } from '../../server/domains/callbacks/contract.ts'
import { addRosterWorker } from '../../server/domains/workers/service.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { createDb, type DbPool } from '../../server/platform/db/db.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { dhaka } from './hours.ts'
import { testKeyRing } from './keys.ts'
import { createTestDatabase } from './postgres.ts'

const DIGEST = createHash('md5').update('nobody').digest('hex')
export const CARD_DID = '+88020000001'
export const CALLBACK_DID = '+88020000002'

/** A number that is Bangladesh's by its form, in a block whose operator is gone. @param last four digits */
export const numberOf = (last: number) => `+880110000${String(last).padStart(4, '0')}`

export type Hotline = Awaited<ReturnType<typeof makeHotline>>

/**
 * A hotline in Bangladesh (Bengali and English, 09:00 to 21:00, every day) on a database of its own, at 10:00 on a Sunday.
 * The telephone is a list of the orders given; whether an order is taken on is the test's to say.
 */
export async function makeHotline() {
  const { db, databaseUrl, drop } = await createTestDatabase()
  onTestFinished(drop)
  const keyRing = testKeyRing()
  const cipher = new FieldCipher(keyRing)
  const clock = fixedClock(dhaka('2026-12-06', '10:00'))
  const orders: CallOrder[] = []
  const hungUp: string[] = []
  const silentTrunks = new Set<string>()
  const callbackTelephony = {
    placeCall: async (order: CallOrder) => void orders.push(order),
    hangUpCall: async (attemptId: string) => void hungUp.push(attemptId),
    trunkState: (trunkId: string) => (silentTrunks.has(trunkId) ? ('silent' as const) : ('reachable' as const)),
  }
  const deps = { db, cipher, clock, callbackTelephony }
  await inTransaction(db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  await markTold(db, clock.now())
  const factoryId = await makeFactory(db)
  let made = 0

  return {
    db,
    databaseUrl,
    keyRing,
    deps,
    clock,
    orders,
    hungUp,
    /** Those that answer none of Asterisk's questions. */
    silentTrunks,
    factoryId,
    /** Another process on the same database: a pool of its own, the same keys. */
    secondInstance: () => {
      const second = createDb(databaseUrl, { max: 10 })
      onTestFinished(() => second.destroy())
      return { ...deps, db: second }
    },
    /** An agent with a phone that is switched on. */
    agent: (own: AgentParts = {}) => makeAgent(db, ++made, own),
    /** A worker interviewed at the factory. */
    worker: ({ number = ++made, languageCode = 'bn' }: { number?: number; languageCode?: string } = {}) =>
      inTransaction(db, (tx) => addRosterWorker(deps, tx, { e164: numberOf(number), countryId: 'BD', languageCode, factoryId })),
    /** A waiting callback, due an hour ago, of a worker of its own unless one is given. */
    callback: async ({ worker, ...own }: CallbackParts = {}) => {
      const { workerId, phoneNumberId } =
        worker ??
        (await inTransaction(db, (tx) =>
          addRosterWorker(deps, tx, { e164: numberOf(++made), countryId: 'BD', languageCode: own.languageCode ?? 'bn', factoryId }),
        ))
      return insertCallback(db, { workerId, phoneNumberId, ...own }, dhaka('2026-12-06', '09:00'))
    },
    /** The callback's row. */
    read: (id: string) => db.selectFrom('callback').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
    attempts: (callbackId: string) =>
      db.selectFrom('attempt').selectAll().where('callbackId', '=', callbackId).orderBy('numberInCallback').execute(),
    agentStatus: async (userId: string) =>
      (await db.selectFrom('agent').select('status').where('userId', '=', userId).executeTakeFirstOrThrow()).status,
    /** Lets every lease run out. */
    expireLeases: () =>
      db
        .updateTable('callback')
        .set({ leaseUntil: new Date(0) })
        .where('claimToken', 'is not', null)
        .execute(),
  }
}

/** The worker's leg ended unanswered, by default after ringing in vain. */
export function unanswered(own: Partial<Extract<LineEnd, { kind: 'worker' }>> = {}): LineEnd {
  const rungInVain = {
    hangupCause: 19,
    sipStatus: 480,
    lastDialStatus: 'NOANSWER',
    timedOutByUs: false,
    rang: true,
    hadConversation: false,
  }
  return { kind: 'worker', ...rungInVain, ...own }
}

export const hungUpAfterTalking: LineEnd = unanswered({ hangupCause: 16, sipStatus: null, lastDialStatus: 'ANSWER', hadConversation: true })

type AgentParts = Partial<{ languageCodes: string[]; countryIds: string[]; isPhoneReachable: boolean; status: string }>
type CallbackParts = Partial<{
  worker: { workerId: string; phoneNumberId: string }
  languageCode: string
  dueAt: Date
  slot: Slot
  heldReason: string
  mayShowCardNumber: boolean
}>

export const LANGUAGES = [
  { code: 'bn', ownName: 'বাংলা', direction: 'ltr' as const, isTallScript: true },
  { code: 'en', ownName: 'English', direction: 'ltr' as const, isTallScript: false },
]

export const BANGLADESH = {
  id: 'BD',
  name: 'Bangladesh',
  callingCode: '880',
  timeZone: 'Asia/Dhaka',
  languageCodes: ['bn', 'en'],
  opensAtLocal: '09:00',
  closesAtLocal: '21:00',
  openWeekdays: [1, 2, 3, 4, 5, 6, 7],
  trunk: { id: 'bd-1', carrierHost: '127.0.0.11', carrierPort: 5070 },
  cardDid: CARD_DID,
  callbackDid: CALLBACK_DID,
  holidays: [],
}

/** A factory of a client of its own. */
export async function makeFactory(db: DbPool): Promise<string> {
  const client = await db.insertInto('client').values({ name: 'Client' }).returning('id').executeTakeFirstOrThrow()
  const factory = { clientId: client.id, name: 'Factory', countryId: 'BD', timeZone: 'Asia/Dhaka', languageCodes: ['bn'] }
  return (await db.insertInto('factory').values(factory).returning('id').executeTakeFirstOrThrow()).id
}

async function makeAgent(db: DbPool, number: number, own: AgentParts): Promise<string> {
  const user = {
    email: `agent-${number}@example.org`,
    displayName: `Agent ${number}`,
    role: 'agent',
    passwordHash: 'none',
    countryIds: ['BD'],
  }
  const { id: userId } = await db.insertInto('appUser').values(user).returning('id').executeTakeFirstOrThrow()
  await givePhone(db, userId, own)
  return userId
}

/** Makes a user an agent who is free, for Bengali, with a phone that is switched on, unless said otherwise. */
export async function givePhone(db: DbPool, userId: string, own: AgentParts = {}): Promise<void> {
  const phone = {
    userId,
    sipUser: `agent-${randomBytes(5).toString('hex')}`,
    sipPasswordDigest: DIGEST,
    countryIds: ['BD'],
    languageCodes: ['bn'],
  }
  await db
    .insertInto('agent')
    .values({ ...phone, isPhoneReachable: true, status: 'free', ...own })
    .execute()
  const certifiedAt = dhaka('2026-12-01', '10:00')
  const certificates = (own.languageCodes ?? phone.languageCodes).map((languageCode) => ({
    agentUserId: userId,
    languageCode,
    certifiedAt,
  }))
  await db.insertInto('agentCertificate').values(certificates).execute()
}

async function insertCallback(
  db: DbPool,
  { workerId, phoneNumberId, slot, ...own }: Omit<CallbackParts, 'worker'> & { workerId: string; phoneNumberId: string },
  dueAt: Date,
): Promise<string> {
  const promise = { reason: 'audit', status: 'waiting', countryId: 'BD', languageCode: 'bn', timeZone: 'Asia/Dhaka', dueAt }
  const row = await db
    .insertInto('callback')
    .values({ ...promise, workerId, phoneNumberId, slot: slot ? JSON.stringify(slot) : null, ...own })
    .returning('id')
    .executeTakeFirstOrThrow()
  return row.id
}
