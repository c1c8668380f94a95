/** As many agents of Bangladesh as a measurement needs, each with a phone that answers. */
import { createHash } from 'node:crypto'
import { SIP_REALM } from '../../../server/domains/agents/service.ts'
import type { DbPool } from '../../../server/platform/db/db.ts'
import { answers, createPhone, type Phone } from '../../helpers/phone/index.ts'
import type { TestProduct } from '../../helpers/product.ts'

/** Asterisk asks a phone that did not answer in time again after half a minute. */
const REACHABLE_MS = 120_000
const nameOf = (index: number) => `agent-load${String(index).padStart(3, '0')}`
const passwordOf = (sipUser: string) => `of ${sipUser}, on loopback`

/** Before the product starts. The demo's own agents of that country are not there. */
export async function seedAgents(db: DbPool, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const sipUser = nameOf(index)
    const own = { email: `${sipUser}@example.org`, displayName: sipUser, role: 'agent', passwordHash: 'none', countryIds: ['BD'] }
    const { id: userId } = await db.insertInto('appUser').values(own).returning('id').executeTakeFirstOrThrow()
    const sipPasswordDigest = createHash('md5')
      .update(`${sipUser}:${SIP_REALM}:${passwordOf(sipUser)}`)
      .digest('hex')
    const agent = { userId, sipUser, sipPasswordDigest, countryIds: ['BD'], languageCodes: ['bn'], status: 'free' }
    await db.insertInto('agent').values(agent).execute()
    await db.insertInto('agentCertificate').values({ agentUserId: userId, languageCode: 'bn', certifiedAt: new Date() }).execute()
  }
}

/** Registered. Resolves once all are known to be reachable. @param phones those that are open are put there, to be closed whatever comes */
export async function openAgentPhones({ demo, asterisk, db }: TestProduct, count: number, phones: Phone[]): Promise<void> {
  const registrar = `${demo.sip.host}:${asterisk.sipPort}`
  for (let index = 0; index < count; index++) {
    const user = nameOf(index)
    const phone = await createPhone({ address: '127.0.0.1', user, password: passwordOf(user), registrar, remembers: false })
    phones.push(phone)
    phone.onCall(answers({ afterMs: 100 }))
    // The service is still telling Asterisk of the phones.
    const isRegistered = () =>
      phone.register({ expiresSeconds: 3600 }).then(
        () => true,
        () => false,
      )
    await until(`the registration of ${user}`, isRegistered, 20_000)
  }
  const reachable = async () => {
    const rows = await db
      .selectFrom('agent')
      .select('userId')
      .where('sipUser', 'like', 'agent-load%')
      .where('isPhoneReachable', '=', true)
      .execute()
    return rows.length
  }
  await until('the agents’ phones', async () => (await reachable()) === count, REACHABLE_MS)
}

/** @throws when it does not come true in time */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, withinMs: number): Promise<void> {
  for (const end = performance.now() + withinMs; !(await isSo());) {
    if (performance.now() > end) throw new Error(`${what}: not within ${withinMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
