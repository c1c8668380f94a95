/** The product with one agent's phone and one carrier, and callbacks that are due: what tests of calls out need. */
import { expect, vi } from 'vitest'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import type { AgentView } from '../../server/domains/agents/contract.ts'
import type { AuditView, CloseAuditResult, FactoryView } from '../../server/domains/audits/contract.ts'
import type { CallbackPage, CallbackView } from '../../server/domains/callbacks/contract.ts'
import { signIn } from '../helpers/api.ts'
import { type CallHandler, createPhone, type IncomingCall, type Phone } from '../helpers/phone/index.ts'
import { startTestProduct, type TestProductOptions } from '../helpers/product.ts'

export const COUNTRY = 'VN'

/** The next call this phone gets, whatever came before it. @param behave what the phone does with it, and with later ones */
export function catchCall(phone: Phone, behave: CallHandler): Promise<IncomingCall> {
  return new Promise((resolve) =>
    phone.onCall((call) => {
      resolve(call)
      return behave(call)
    }),
  )
}

export type CallbackSite = Awaited<ReturnType<typeof startCallbackSite>>

/**
 * Rings are shorter than a country's usual half minute: tests wait for one that nobody answers.
 * @param options.arrange changes what Asterisk and the service start with
 */
export async function startCallbackSite({ arrange }: Pick<TestProductOptions, 'arrange'> = {}) {
  const product = await startTestProduct({
    arrange: async (db) => {
      await db.updateTable('country').set({ ringTimeoutSeconds: 5, offerSeconds: 60 }).execute()
      // The demo's own would be due too, and be offered first.
      const over = { status: 'closed', closedAt: new Date(), closedReason: 'Not of this test.' }
      await db.updateTable('callback').set(over).where('status', '=', 'waiting').execute()
      await arrange?.(db)
    },
  })
  const phones: Phone[] = []
  const stop = async () => {
    for (const phone of phones) await phone.close()
    await product.stop()
  }
  try {
    const country = product.demo.countries.find(({ id }) => id === COUNTRY)!
    const supervisor = await signIn(product, 'supervisor')
    const administrator = await signIn(product, 'administrator')
    const agent = await signIn(product, { email: product.demo.users.find(({ agentSipUser }) => agentSipUser === 'agent-vnvi')!.email })
    const carrier = await createPhone({ address: country.carrier.host, port: country.carrier.port })
    phones.push(carrier)
    const { password } = product.demo.agents.find(({ sipUser }) => sipUser === 'agent-vnvi')!
    const registrar = `${product.demo.sip.host}:${product.asterisk.sipPort}`
    const agentPhone = await createPhone({ address: '127.0.0.1', user: 'agent-vnvi', password, registrar })
    phones.push(agentPhone)
    await agentPhone.register()
    const myself = async () => (await agent.get<{ agents: AgentView[] }>('/api/agents')).agents[0]!
    await vi.waitFor(async () => expect((await myself()).isPhoneReachable).toBe(true), { timeout: 20_000, interval: 200 })

    let made = 0
    const list = async () => (await supervisor.get<CallbackPage>(`/api/callbacks?countryId=${COUNTRY}&limit=200`)).items
    const view = (id: string) => agent.get<CallbackView>(`/api/callbacks/${id}`)

    /** A worker of a visit six days ago, so that the callback is due. @returns the callback's id and the number */
    const dueCallback = async ({ mayShowCardNumber = false } = {}): Promise<{ id: string; number: string }> => {
      const number = workerNumber(country, 'vi', 7000 + made++)
      const { factories } = await supervisor.get<{ factories: FactoryView[] }>('/api/factories')
      const factory = factories.find(({ countryId }) => countryId === COUNTRY)!
      const auditDate = new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10)
      const audit = await supervisor.send<AuditView>('POST', '/api/audits', { factoryId: factory.id, auditDate })
      const before = new Set((await list()).map(({ id }) => id))
      await supervisor.send('POST', `/api/audits/${audit.id}/interviews`, {
        phone: number,
        languageCode: 'vi',
        slot: { startLocal: '00:00', endLocal: '23:59' },
        isSharedPhone: false,
        consentMode: 'spoken',
        mayShowCardNumber,
      })
      const { planned } = await supervisor.send<CloseAuditResult>('POST', `/api/audits/${audit.id}/close`)
      expect(planned).toBe(1)
      const callback = (await list()).find(({ id }) => !before.has(id))!
      return { id: callback.id, number }
    }
    return {
      ...{ product, country, supervisor, administrator, agent, agentPhone, carrier, myself, view, dueCallback, stop },
      status: async (id: string) => (await view(id)).status,
      lastOutcome: async (id: string) => (await view(id)).attempts.at(-1)?.outcome ?? null,
    }
  } catch (error) {
    await stop()
    throw error
  }
}
