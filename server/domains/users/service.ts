import type { Db, Tx } from '../../platform/db/db.ts'
import { onConstraint } from '../../platform/db/errors.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Forbidden } from '../../platform/errors.ts'
import type { Role, User } from '../../platform/http/policy.ts'
import { record } from '../activity-log/service.ts'
import type { ChangePassword, ChangeUser, CreateUser, UserView } from './contract.ts'
import { ClientNotFitting, EmailTaken, LastAdministrator, NoSuchUser, PasswordTooEasy, WrongCurrentPassword } from './errors.ts'
import { hashPassword, isPassword } from './passwords.ts'
import * as queries from './queries.ts'
import { isEasyPassword } from './rules.ts'
import { endSessions } from './session-service.ts'

export { type Auditor, giveFactory, listAuditorsOf } from './auditors.ts'

/** Everybody who may, or might once, sign in, by name. */
export async function listUsers(db: Db): Promise<UserView[]> {
  return (await queries.listUsers(db)).map(toView)
}

/** @throws NoSuchUser */
export async function getUser(db: Db, id: string): Promise<UserView> {
  const user = await queries.findUser(db, id)
  if (!user) throw new NoSuchUser()
  return toView(user)
}

/**
 * Makes a user who can sign in at once.
 * @param actorUserId who did it; null for the service itself (set-up, demo)
 * @throws EmailTaken, PasswordTooEasy, ClientNotFitting
 */
export async function createUser(db: Db, actorUserId: string | null, input: CreateUser): Promise<UserView> {
  const { password, email, clientId = null, ...rest } = input
  assertFittingClient(input.role, clientId)
  if (isEasyPassword(password, input)) throw new PasswordTooEasy()
  // Before the transaction: hashing is slow on purpose.
  const passwordHash = await hashPassword(password)
  return inTransaction(db, async (tx) => {
    const inserting = queries.insertUser(tx, { ...rest, email: email.toLowerCase(), clientId, passwordHash })
    const user = await onConstraint(inserting, { app_user_email_key: () => new EmailTaken() })
    await record(tx, { actorUserId, action: 'user.created', subjectKind: 'user', subjectId: user.id, detail: { role: user.role } })
    return toView(user)
  })
}

/**
 * Changes what is given. What the user may do or see changed: the sessions end, so nothing goes on under the old right.
 * @throws NoSuchUser, LastAdministrator, ClientNotFitting
 */
export async function changeUser(db: Db, actorUserId: string, id: string, change: ChangeUser): Promise<UserView> {
  return inTransaction(db, async (tx) => {
    const isRetiring = change.isActive === false || (change.role !== undefined && change.role !== 'administrator')
    if (isRetiring) await assertNotLastAdministrator(tx, id)
    const before = await queries.lockUser(tx, id)
    if (!before) throw new NoSuchUser()
    const after = await queries.updateUser(tx, id, withFittingClient(before, change))
    const { displayName: _, ...rights } = change
    if (Object.keys(rights).length) await endSessions(tx, { userId: id })
    const detail = { changed: Object.keys(change).join(' '), role: after.role, isActive: after.isActive }
    await record(tx, { actorUserId, action: 'user.changed', subjectKind: 'user', subjectId: id, detail })
    return toView(after)
  })
}

/**
 * One's own with the current password, keeping the session it is done in; another's as administrator. All other sessions of
 * that user end.
 * @throws Forbidden, NoSuchUser, WrongCurrentPassword, PasswordTooEasy
 */
export async function changePassword(
  db: Db,
  { actor, sessionId, userId, input }: { actor: User; sessionId: string; userId: string; input: ChangePassword },
): Promise<void> {
  const isOwn = actor.id === userId
  if (!isOwn && actor.role !== 'administrator') throw new Forbidden()
  const user = await getUser(db, userId)
  if (isOwn) await assertCurrentPassword(db, userId, input.currentPassword)
  if (isEasyPassword(input.newPassword, user)) throw new PasswordTooEasy()
  const passwordHash = await hashPassword(input.newPassword)
  await inTransaction(db, async (tx) => {
    await queries.updateUser(tx, userId, { passwordHash })
    await endSessions(tx, { userId, except: isOwn ? sessionId : undefined })
    await record(tx, { actorUserId: actor.id, action: 'user.password-changed', subjectKind: 'user', subjectId: userId })
  })
}

async function assertCurrentPassword(db: Db, userId: string, given: string | undefined): Promise<void> {
  if (given === undefined || !(await isPassword(given, await queries.getPasswordHash(db, userId)))) throw new WrongCurrentPassword()
}

async function assertNotLastAdministrator(tx: Tx, id: string): Promise<void> {
  const administrators = await queries.lockActiveAdministrators(tx)
  if (administrators.length === 1 && administrators[0] === id) throw new LastAdministrator()
}

function assertFittingClient(role: string, clientId: string | null): void {
  if ((role === 'client') !== (clientId !== null)) throw new ClientNotFitting()
}

/** A user who stops being a client's loses the client with the role. */
function withFittingClient(before: { role: string; clientId: string | null }, change: ChangeUser): ChangeUser {
  const role = change.role ?? before.role
  const clientId = change.clientId !== undefined ? change.clientId : role === 'client' ? before.clientId : null
  assertFittingClient(role, clientId)
  return { ...change, clientId }
}

function toView({ role, createdAt, ...row }: queries.UserRow): UserView {
  return { ...row, role: role as Role, createdAt: createdAt.toISOString() }
}
