import { createHash, randomBytes } from 'node:crypto'
import type { FieldCipher } from '../../platform/crypto/field-cipher.ts'
import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Role, Session } from '../../platform/http/policy.ts'
import { announce, SESSION_REVOKED } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import type { SessionView, SignIn } from './contract.ts'
import * as delays from './delay-queries.ts'
import { NoSuchSession, SignInDelayed, WrongCredentials } from './errors.ts'
import { DECOY_HASH, isPassword } from './passwords.ts'
import { findCredentials } from './queries.ts'
import { ACCOUNT_DELAY, ADDRESS_DELAY, decideTry, type DelayRule, PAIR_DELAY } from './rules.ts'
import * as queries from './session-queries.ts'

/** @property replaces the session of the cookie that came along: it ends, so a planted one is of no use */
export type SignInRequest = SignIn & { address: string; userAgent: string; replaces: string | undefined }

type Deps = { db: Db; cipher: Pick<FieldCipher, 'blindIndex'> }
type Counted = { key: Buffer; rule: DelayRule; isAddress: boolean }

/**
 * Opens a session. Unknown account, wrong password and retired user get the same answer in the same time.
 * @returns the session; its token goes into the cookie and nowhere else
 * @throws WrongCredentials, SignInDelayed
 */
export async function signIn({ db, cipher }: Deps, request: SignInRequest): Promise<Session> {
  const email = request.email.trim().toLowerCase()
  const counted = countedKeys(cipher, email, request.address)
  await countTry(db, counted)
  const account = await findCredentials(db, email)
  const isRight = await isPassword(request.password, account?.passwordHash ?? DECOY_HASH)
  if (!account || !isRight || !account.isActive) {
    await recordRefusal(db, cipher.blindIndex('account', email), account?.id ?? null)
    throw new WrongCredentials()
  }
  const token = await inTransaction(db, async (tx) => {
    await forgiveTries(tx, counted)
    return openSession(tx, account.id, request)
  })
  const session = await findSession(db, token)
  // Ended in the instant it began: retired by an administrator.
  if (!session) throw new WrongCredentials()
  return session
}

/** The living session of a cookie's token; notes that its user was seen. */
export async function findSession(db: Db, token: string): Promise<Session | undefined> {
  const row = await queries.findSession(db, hashToken(token))
  if (!row) return undefined
  if (row.isDueForTouch) await queries.touchSession(db, row.sessionId)
  const { userId, email, displayName, countryIds, factoryIds, clientId } = row
  const user = { id: userId, role: row.role as Role, email, displayName, countryIds, factoryIds, clientId }
  return { id: row.sessionId, token, user, expiresAt: row.expiresAt }
}

/** Of these sessions, the ones still good. */
export async function findLiveSessions(db: Db, ids: string[]): Promise<Set<string>> {
  return new Set(await queries.findLiveSessionIds(db, ids))
}

/** Where a user is signed in. */
export async function listSessions(db: Db, { id: currentId, user }: Session): Promise<SessionView[]> {
  const rows = await queries.listSessions(db, user.id)
  return rows.map(({ id, userAgent, createdAt, lastSeenAt, expiresAt }) => ({
    id,
    isCurrent: id === currentId,
    userAgent,
    createdAt: createdAt.toISOString(),
    lastSeenAt: lastSeenAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
  }))
}

/** Signs out: this session, or another of the same user's. @throws NoSuchSession */
export async function endSession(db: Db, userId: string, sessionId: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    const ended = await endSessions(tx, { userId, only: sessionId })
    if (!ended.length) throw new NoSuchSession()
    await record(tx, { actorUserId: userId, action: 'session.ended', subjectKind: 'session', subjectId: sessionId })
  })
}

/** Ends sessions of a user, and with the commit their sockets too. @returns their ids */
export async function endSessions(tx: Tx, which: { userId: string; only?: string; except?: string | undefined }): Promise<string[]> {
  const ended = await queries.revokeSessions(tx, which)
  for (const id of ended) await announce(tx, SESSION_REVOKED, id)
  return ended
}

/** Nightly: forgets sessions long over and tries long quiet. */
export async function forgetOldSessions(db: Db): Promise<void> {
  await queries.deleteOldSessions(db)
  await delays.deleteOldTries(db)
}

async function openSession(tx: Tx, userId: string, { userAgent, replaces }: SignInRequest): Promise<string> {
  if (replaces !== undefined) await endReplaced(tx, replaces)
  const token = randomBytes(32).toString('base64url')
  const { id } = await queries.insertSession(tx, { userId, tokenHash: hashToken(token), userAgent: userAgent.slice(0, 200) })
  await record(tx, { actorUserId: userId, action: 'session.started', subjectKind: 'session', subjectId: id })
  return token
}

async function endReplaced(tx: Tx, token: string): Promise<void> {
  const old = await queries.findSession(tx, hashToken(token))
  if (old) await endSessions(tx, { userId: old.userId, only: old.sessionId })
}

/** The same work for an account that exists and one that does not. */
async function recordRefusal(db: Db, accountKey: Buffer, userId: string | null): Promise<void> {
  const subjectId = accountKey.toString('hex').slice(0, 32)
  await inTransaction(db, (tx) =>
    record(tx, { actorUserId: null, action: 'session.refused', subjectKind: 'account', subjectId, detail: { userId } }),
  )
}

/** In this order everywhere: two sign-ins never wait for each other's rows. */
function countedKeys(cipher: Deps['cipher'], email: string, address: string): Counted[] {
  const key = (...parts: string[]) => cipher.blindIndex('sign-in', JSON.stringify(parts))
  return [
    { key: key('address', address), rule: ADDRESS_DELAY, isAddress: true },
    { key: key('account', email), rule: ACCOUNT_DELAY, isAddress: false },
    { key: key('pair', email, address), rule: PAIR_DELAY, isAddress: false },
  ]
}

async function countTry(db: Db, counted: Counted[]): Promise<void> {
  await inTransaction(db, async (tx) => {
    for (const { key, rule } of counted) {
      const { now, ...tries } = await delays.lockTries(tx, key)
      const decision = decideTry(tries, now, rule)
      if (decision.kind === 'wait') throw new SignInDelayed(Math.ceil(decision.ms / 1000))
      await delays.saveTries(tx, key, decision.tries)
    }
  })
}

async function forgiveTries(tx: Tx, counted: Counted[]): Promise<void> {
  for (const { key, isAddress } of counted) await (isAddress ? delays.takeBackTry(tx, key) : delays.forgetTries(tx, key))
}

function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
