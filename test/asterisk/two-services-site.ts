/** Two services on one database and one Asterisk, six agents who speak Vietnamese, and workers who are to be called. */
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import type { AgentList, AgentView } from '../../server/domains/agents/contract.ts'
import type { AuditView, CloseAuditResult, FactoryView } from '../../server/domains/audits/contract.ts'
import type { CallbackPage } from '../../server/domains/callbacks/contract.ts'
import type { VoicemailPage } from '../../server/domains/voicemails/contract.ts'
import type { DbPool } from '../../server/platform/db/db.ts'
import type { Static } from 'typebox'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { decodeWav } from '../helpers/audio/index.ts'
import { createPhone, type OutgoingCall, type Phone } from '../helpers/phone/index.ts'
import { type AnotherService, startTestProduct, type TestProduct } from '../helpers/product.ts'

export const COUNTRY = 'VN'
/** Whoever speaks what in the demo; here they call Viet Nam's workers. */
const VIETNAMESE = ['agent-vnvi', 'agent-cnzh', 'agent-inhi', 'agent-inta', 'agent-trtr', 'agent-trar']
/** Stays in Bangladesh, for callers who wait. */
const BENGALI = 'agent-bdbn'

export type Agent = {
  userId: string
  phone: Phone
  /** Signed in at both services, in the order of `services`. */
  api: [ApiClient, ApiClient]
  me: () => Promise<AgentView>
  be: (status: 'free' | 'away') => Promise<unknown>
  want: (callMode: 'progressive' | 'manual') => Promise<unknown>
}
export type TwoServices = Awaited<ReturnType<typeof startTwoServices>>

export async function startTwoServices() {
  const product = await startTestProduct({ arrange, rtpPortCount: 400 })
  const phones: Phone[] = []
  const stop = async () => {
    for (const phone of phones) await phone.close()
    await product.stop()
  }
  try {
    const second = await product.startAnother('2')
    const services = [product, second] as const
    const carriers = new Map<string, Phone>()
    for (const { id, carrier } of product.demo.countries) {
      const phone = await createPhone({ address: carrier.host, port: carrier.port })
      phones.push(phone)
      carriers.set(id, phone)
    }
    const openAgent = async (sipUser: string) => {
      const agent = await signInAgent(product, second, sipUser)
      phones.push(agent.phone)
      return agent
    }
    const agents: Agent[] = []
    for (const sipUser of VIETNAMESE) agents.push(await openAgent(sipUser))
    const bengali = await openAgent(BENGALI)
    const supervisor = await signIn(product, 'supervisor')
    const country = (id: string) => product.demo.countries.find((one) => one.id === id)!
    let workers = 0
    let callers = 0

    return {
      ...{ product, second, services, agents, bengali, supervisor, stop },
      carrier: (id = COUNTRY) => carriers.get(id)!,
      /** A worker's call to a country's card; each has a number of its own. */
      call: (countryId: string): OutgoingCall => {
        const { cardDid, languages } = country(countryId)
        const from = workerNumber(country(countryId), languages[0]!, 3000 + callers++)
        const to = `sip:${cardDid.replace('+', '')}@${product.demo.sip.host}:${product.asterisk.sipPort}`
        return carriers.get(countryId)!.call(to, { from })
      },
      /** Workers of one visit six days ago, so that each has a callback that is due. */
      dueCallbacks: async (count: number): Promise<{ ids: string[]; numbers: string[] }> => {
        const numbers = Array.from({ length: count }, () => workerNumber(country(COUNTRY), 'vi', 7000 + workers++))
        return planned(product, supervisor, numbers)
      },
      /** The agent's outcome for what they have just talked through, once there is something. @returns whether there was */
      nameOutcome: async (agent: Agent, at: 0 | 1): Promise<boolean> => {
        const held = await product.db
          .selectFrom('callback')
          .select('id')
          .where('claimedByUserId', '=', agent.userId)
          .where('status', '=', 'wrap-up')
          .executeTakeFirst()
        if (held) await agent.api[at].send('POST', `/api/callbacks/${held.id}/outcome`, { outcome: 'complete' })
        return held !== undefined
      },
      prompt: (language: string, name: string) => join(product.folder, 'sounds', language, `${name}.wav`),
      /** The newest call in of each country, and which service has it. */
      callsIn: async (countryIds: readonly string[]) => {
        const rows = await product.db
          .selectFrom('call')
          .select(['id', 'countryId', 'instance', 'status', 'endReason', 'startedAt'])
          .where('direction', '=', 'inbound')
          .where('countryId', 'in', [...countryIds])
          .orderBy('startedAt')
          .execute()
        return rows
      },
      openCalls: () => product.db.selectFrom('call').select(['id', 'flow', 'status', 'instance']).where('endedAt', 'is', null).execute(),
      /** What callers have left, as sound. */
      messages: async (): Promise<Int16Array[]> => {
        const { items } = await supervisor.get<VoicemailPage>('/api/voicemails?limit=200')
        return Promise.all(items.map(async ({ id }) => soundOf(await supervisor.request('GET', `/api/voicemails/${id}/audio`))))
      },
      /** How far each of the callbacks is, and who had its calls. */
      states: (ids: readonly string[]) =>
        product.db
          .selectFrom('callback')
          .leftJoin('attempt', 'attempt.callbackId', 'callback.id')
          .leftJoin('call', 'call.id', 'attempt.id')
          .select([
            'callback.id',
            'callback.status',
            'callback.heldReason',
            'callback.countedAttempts',
            'attempt.id as attemptId',
            'attempt.outcome',
            'call.instance',
          ])
          .where('callback.id', 'in', [...ids])
          .orderBy('attempt.createdAt')
          .execute(),
    }
  } catch (error) {
    await stop()
    throw error
  }
}

async function soundOf(reply: Response): Promise<Int16Array> {
  expect(reply.status).toBe(200)
  return decodeWav(new Uint8Array(await reply.arrayBuffer()))
}

async function arrange(db: DbPool): Promise<void> {
  await db.updateTable('country').set({ ringTimeoutSeconds: 60 }).execute()
  await db.updateTable('country').set({ queueLimitSeconds: 90 }).where('id', '=', 'BD').execute()
  // The demo's own would be due too, and be given out first.
  const over = { status: 'closed', closedAt: new Date(), closedReason: 'Not of this test.' }
  await db.updateTable('callback').set(over).where('status', '=', 'waiting').execute()
  const who = await db.selectFrom('agent').select('userId').where('sipUser', 'in', VIETNAMESE).execute()
  for (const { userId } of who) {
    await db
      .updateTable('agent')
      .set({ countryIds: [COUNTRY], languageCodes: ['vi'] })
      .where('userId', '=', userId)
      .execute()
    await db
      .updateTable('appUser')
      .set({ countryIds: [COUNTRY] })
      .where('id', '=', userId)
      .execute()
    await db
      .insertInto('agentCertificate')
      .values({ agentUserId: userId, languageCode: 'vi', certifiedAt: new Date() })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }
}

async function planned(product: TestProduct, supervisor: ApiClient, numbers: readonly string[]) {
  const { factories } = await supervisor.get<{ factories: FactoryView[] }>('/api/factories')
  const factoryId = factories.find(({ countryId }) => countryId === COUNTRY)!.id
  const auditDate = new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10)
  const audit = await supervisor.send<AuditView>('POST', '/api/audits', { factoryId, auditDate })
  const list = async () => (await supervisor.get<CallbackPage>(`/api/callbacks?countryId=${COUNTRY}&limit=200`)).items
  const before = new Set((await list()).map(({ id }) => id))
  for (const phone of numbers) {
    await supervisor.send('POST', `/api/audits/${audit.id}/interviews`, {
      ...{ phone, languageCode: 'vi', slot: { startLocal: '00:00', endLocal: '23:59' } },
      ...{ isSharedPhone: false, consentMode: 'spoken', mayShowCardNumber: false },
    })
  }
  const { planned: count } = await supervisor.send<CloseAuditResult>('POST', `/api/audits/${audit.id}/close`)
  expect(count).toBe(numbers.length)
  return { ids: (await list()).map(({ id }) => id).filter((id) => !before.has(id)), numbers: [...numbers] }
}

async function signInAgent(product: TestProduct, second: AnotherService, sipUser: string): Promise<Agent> {
  const { demo, asterisk, db } = product
  const email = demo.users.find(({ agentSipUser }) => agentSipUser === sipUser)!.email
  const api: Agent['api'] = [await signIn(product, { email }), await signIn(second, { email })]
  const { userId } = await db.selectFrom('agent').select('userId').where('sipUser', '=', sipUser).executeTakeFirstOrThrow()
  const { password } = demo.agents.find((agent) => agent.sipUser === sipUser)!
  const phone = await createPhone({ address: '127.0.0.1', user: sipUser, password, registrar: `${demo.sip.host}:${asterisk.sipPort}` })
  await phone.register({ expiresSeconds: 3600 })
  const me = async () => (await api[0].get<Static<typeof AgentList>>('/api/agents')).agents.find((agent) => agent.userId === userId)!
  await vi.waitFor(async () => expect((await me()).isPhoneReachable).toBe(true), { timeout: 20_000, interval: 200 })
  return {
    ...{ userId, phone, api, me },
    be: (status) => api[0].send('POST', '/api/agents/me/status', { status }),
    want: (callMode) => api[0].send('PUT', '/api/agents/me/call-mode', { callMode }),
  }
}
