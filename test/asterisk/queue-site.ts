/** The demo with a Bengali line that two agents answer, and lines that answer in the other ways there are. */
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { AgentList, AgentView } from '../../server/domains/agents/contract.ts'
import { COUNTRY_CHANGED } from '../../server/domains/countries/service.ts'
import type { DbPool } from '../../server/platform/db/db.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { announce } from '../../server/platform/live/announce.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import type { Static } from 'typebox'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { createPhone, type OutgoingCall, type Phone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'

export type Site = Awaited<ReturnType<typeof startQueueSite>>
export type SiteAgent = {
  api: ApiClient
  phone: Phone
  userId: string
  me: () => Promise<AgentView>
  be: (status: 'free' | 'away') => Promise<void>
}

/** Bangladesh has a queue, Viet Nam says that a call is free, China hangs up and rings back, India is closed. */
export async function startQueueSite() {
  const product = await startTestProduct({ arrange })
  const { demo } = product
  const phones = new Map<string, Phone>()
  for (const { id, carrier } of demo.countries) phones.set(id, await createPhone({ address: carrier.host, port: carrier.port }))
  const agents: Record<'asha' | 'babu', SiteAgent> = {
    asha: await signInAgent(product, 'agent-bdbn'),
    babu: await signInAgent(product, 'agent-vnvi'),
  }
  let callers = 0
  const country = (id: string) => demo.countries.find((one) => one.id === id)!
  return {
    product,
    ...agents,
    supervisor: await signIn(product, 'supervisor'),
    prompt: (language: string, name: string) => join(product.folder, 'sounds', language, `${name}.wav`),
    /** A worker's call to a country's card; each has a number of its own. */
    call(countryId: string, own: { from?: string; headers?: Record<string, string> } = {}): OutgoingCall {
      const { cardDid, languages } = country(countryId)
      const from = own.from ?? workerNumber(country(countryId), languages[0]!, 5000 + callers++)
      return phones
        .get(countryId)!
        .call(`sip:${cardDid.replace('+', '')}@${demo.sip.host}:${product.asterisk.sipPort}`, { from, headers: own.headers ?? {} })
    },
    numberOf: (countryId: string, nth: number) => workerNumber(country(countryId), country(countryId).languages[0]!, nth),
    /** What the board shows of the newest calls of a country. */
    calls: (countryId: string) =>
      product.db
        .selectFrom('call')
        .select(['id', 'status', 'agentUserId', 'languageCode', 'callbackId', 'endReason'])
        .where('countryId', '=', countryId)
        .orderBy('startedAt', 'desc')
        .execute(),
    callbacks: (countryId: string) =>
      product.db
        .selectFrom('callback')
        .select(['id', 'reason', 'status', 'claimedByUserId', 'phoneNumberId', 'countedAttempts', 'lastOutcome'])
        .where('countryId', '=', countryId)
        .where('reason', '!=', 'audit')
        .orderBy('createdAt', 'desc')
        .execute(),
    voicemailsOf: (callId: string) =>
      product.db.selectFrom('voicemail').select(['id', 'callbackId']).where('callId', '=', callId).execute(),
    /** As the console does. */
    setQueueLimit: (countryId: string, queueLimitSeconds: number) =>
      inTransaction(product.db, async (tx) => {
        await tx.updateTable('country').set({ queueLimitSeconds }).where('id', '=', countryId).execute()
        await announce(tx, COUNTRY_CHANGED, countryId)
      }),
    /** Hangs up whatever goes on, and names the outcome of conversations that wait for one. */
    async clear() {
      await Promise.all(
        [...phones.values(), agents.asha.phone, agents.babu.phone].flatMap(({ calls }) => calls.map((call) => call.hangUp())),
      )
      for (const { api, me, userId } of Object.values(agents)) {
        await vi.waitFor(async () => expect((await me()).status).not.toBe('on-call'), { timeout: 20_000, interval: 200 })
        const open = await product.db
          .selectFrom('callback')
          .select('id')
          .where('claimedByUserId', '=', userId)
          .where('status', '=', 'wrap-up')
          .execute()
        for (const { id } of open) await api.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
      }
    },
    async stop() {
      for (const phone of [...phones.values(), agents.asha.phone, agents.babu.phone]) await phone.close()
      await product.stop()
    },
  }
}

async function arrange(db: DbPool): Promise<void> {
  await db.updateTable('country').set({ queueLimitSeconds: 90 }).where('id', '=', 'BD').execute()
  await db.updateTable('country').set({ answeringMode: 'free-announcement' }).where('id', '=', 'VN').execute()
  await db.updateTable('country').set({ answeringMode: 'ring-and-hang-up' }).where('id', '=', 'CN').execute()
  await db.updateTable('country').set({ openWeekdays: [], emergencyNumber: '112' }).where('id', '=', 'TR').execute()
  // The agent for Vietnamese also answers in Bangladesh.
  const { userId } = await db.selectFrom('agent').select('userId').where('sipUser', '=', 'agent-vnvi').executeTakeFirstOrThrow()
  await db
    .updateTable('agent')
    .set({ countryIds: ['VN', 'BD'], languageCodes: ['vi', 'bn'] })
    .where('userId', '=', userId)
    .execute()
  await db
    .updateTable('appUser')
    .set({ countryIds: ['VN', 'BD'] })
    .where('id', '=', userId)
    .execute()
  await db.insertInto('agentCertificate').values({ agentUserId: userId, languageCode: 'bn', certifiedAt: new Date() }).execute()
}

async function signInAgent(product: TestProduct, sipUser: string): Promise<SiteAgent> {
  const { demo, asterisk } = product
  const api = await signIn(product, { email: demo.users.find(({ agentSipUser }) => agentSipUser === sipUser)!.email })
  const { userId } = await product.db.selectFrom('agent').select('userId').where('sipUser', '=', sipUser).executeTakeFirstOrThrow()
  const { password } = demo.agents.find((agent) => agent.sipUser === sipUser)!
  const phone = await createPhone({ address: '127.0.0.1', user: sipUser, password, registrar: `${demo.sip.host}:${asterisk.sipPort}` })
  await phone.register()
  const me = async () => (await api.get<Static<typeof AgentList>>('/api/agents')).agents.find((agent) => agent.userId === userId)!
  await vi.waitFor(async () => expect((await me()).isPhoneReachable).toBe(true), { timeout: 20_000, interval: 200 })
  return { api, phone, userId, me, be: async (status) => void (await api.send('POST', '/api/agents/me/status', { status })) }
}
