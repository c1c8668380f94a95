/** What a trunk's carrier wants to be spoken to like. Asterisk reads it at its start: a change needs a restart of the PBX. */
import type { FieldCipher, SealContext } from '../../platform/crypto/field-cipher.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Unprocessable } from '../../platform/errors.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import * as queries from './carrier-queries.ts'
import { COUNTRY_CHANGED } from './changes.ts'
import type { Carrier, IdentityHeader, SaveCarrier } from './contract.ts'
import { TrunkNotFound } from './errors.ts'

export type CarrierDeps = { db: Db; cipher: FieldCipher }

/** A trunk as `renderAsteriskConfig` takes it, its log-in opened. */
export type TrunkFacts = {
  id: string
  countryId: string
  callingCode: string
  carrierHost: string
  carrierPort: number
  allowedPrefixes: string[]
  maxCallSeconds: number
  ways: {
    transport: queries.CarrierRow['transport']
    mediaEncryption: queries.CarrierRow['mediaEncryption']
    numberFormat: queries.CarrierRow['numberFormat']
    dialPrefix: string
    sessionTimers: queries.CarrierRow['sessionTimers']
    answersOptions: boolean
    furtherSources: string[]
    identityHeader?: IdentityHeader
    registration?: { user: string; password: string }
  }
}

/** Every trunk for Asterisk's configuration. @throws KeyDestroyed, MasterKeyMissing when a log-in cannot be opened */
export async function listTrunkFacts({ db, cipher }: CarrierDeps): Promise<TrunkFacts[]> {
  const rows = await queries.listCarriers(db)
  return Promise.all(
    rows.map(async ({ id, countryId, callingCode, carrierHost, carrierPort, maxCallSeconds, identityHeader, ...row }) => {
      const { transport, mediaEncryption, numberFormat, dialPrefix, sessionTimers, answersOptions, furtherSources } = row
      const ways = { transport, mediaEncryption, numberFormat, dialPrefix, sessionTimers, answersOptions, furtherSources }
      const { loginUser: user, loginDataKeyId: keyId, loginPasswordSealed: sealed } = row
      const registration =
        user !== null && keyId !== null && sealed !== null
          ? { registration: { user, password: await cipher.openText(db, keyId, loginContext(id), sealed) } }
          : {}
      return {
        ...{ id, countryId, callingCode, carrierHost, carrierPort, maxCallSeconds },
        allowedPrefixes: [`+${callingCode}`],
        ways: { ...ways, ...(identityHeader && { identityHeader }), ...registration },
      }
    }),
  )
}

/** One trunk with its log-in opened, its caps and its country's zone; undefined when there is none. */
export async function findTrunk(deps: CarrierDeps, trunkId: string) {
  const facts = (await listTrunkFacts(deps)).find(({ id }) => id === trunkId)
  const state = facts && (await queries.findTrunkState(deps.db, trunkId))
  if (!facts || !state) return undefined
  const { pausedReason, timeZone, ...caps } = state
  return { ...facts, pausedReason, timeZone, caps }
}

/** @throws NotFound */
export async function getCarrier({ db }: Pick<CarrierDeps, 'db'>, trunkId: string): Promise<Carrier> {
  const row = await queries.findCarrier(db, trunkId)
  if (!row) throw new TrunkNotFound()
  return toView(row)
}

/**
 * Sets all of it. A log-in without a password keeps the one there is.
 * @throws NotFound, Unprocessable for a log-in that has no password yet, or a prefix before numbers that begin with +
 */
export async function saveCarrier(
  deps: CarrierDeps,
  { trunkId, carrier, actorUserId }: { trunkId: string; carrier: SaveCarrier; actorUserId: string },
): Promise<Carrier> {
  const { login, ...rest } = carrier
  if (rest.dialPrefix !== '' && rest.numberFormat === 'e164')
    throw new Unprocessable('prefix-before-plus', 'A prefix can only stand before numbers without a plus: choose another form of numbers.')
  await inTransaction(deps.db, async (tx) => {
    const before = await queries.findCarrier(tx, trunkId)
    if (!before || !(await queries.setCarrier(tx, trunkId, rest))) throw new TrunkNotFound()
    const keepsLogin = login !== null && login.password === undefined
    if (keepsLogin && before.loginUser !== login.user)
      throw new Unprocessable('login-without-password', 'Give the password of this log-in as well.')
    if (!keepsLogin) {
      const sealed = login?.password === undefined ? null : await sealLogin(deps, tx, trunkId, login.user, login.password)
      const oldKeyId = await queries.setLogin(tx, trunkId, sealed)
      if (oldKeyId) await deps.cipher.destroyKey(tx, oldKeyId)
    }
    await record(tx, {
      actorUserId,
      action: 'trunk.carrier-set',
      subjectKind: 'trunk',
      subjectId: trunkId,
      detail: { ...rest, furtherSources: rest.furtherSources.join(' '), login: login?.user ?? null },
    })
    await announce(tx, COUNTRY_CHANGED, before.countryId)
  })
  return getCarrier(deps, trunkId)
}

async function sealLogin(
  { cipher }: CarrierDeps,
  tx: Parameters<FieldCipher['newKey']>[0],
  trunkId: string,
  loginUser: string,
  password: string,
) {
  const loginDataKeyId = await cipher.newKey(tx, 'trunk')
  return { loginUser, loginDataKeyId, loginPasswordSealed: await cipher.seal(tx, loginDataKeyId, loginContext(trunkId), password) }
}

const loginContext = (trunkId: string): SealContext => `trunk:login_password:${trunkId}`

const toView = ({ id, loginUser, ...row }: queries.CarrierRow): Carrier => ({ ...row, trunkId: id, loginUser })
