import { expect, vi } from 'vitest'
import type { FactoryView, AuditView, CloseAuditResult } from '../../server/domains/audits/contract.ts'
import type { CallbackPage, CallbackView } from '../../server/domains/callbacks/contract.ts'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { createPhone, type Phone } from '../helpers/phone/index.ts'
import type { TestProduct } from '../helpers/product.ts'
import type { FaultyHotline } from './faults-hotline.ts'

export type Desk = Awaited<ReturnType<typeof openDesk>>

/** An agent of a country and language: signed in, with a phone that is registered and known to be reachable. */
export async function openDesk(
  product: TestProduct,
  hotline: FaultyHotline,
  { countryId, language }: { countryId: string; language: string },
) {
  const sipUser = `agent-${countryId.toLowerCase()}${language}`
  const user = product.demo.users.find(({ agentSipUser }) => agentSipUser === sipUser)!
  const api: ApiClient = await signIn(product, { email: user.email })
  const { password } = product.demo.agents.find((one) => one.sipUser === sipUser)!
  const registrar = `${product.demo.sip.host}:${product.asterisk.sipPort}`
  const phone = await createPhone({ address: '127.0.0.1', user: sipUser, password, registrar })
  // Long enough that it lives through a test without being renewed.
  await phone.register({ expiresSeconds: 3600 })
  const isReachable = async () => {
    const { agents } = await api.get<{ agents: { isPhoneReachable: boolean }[] }>('/api/agents')
    return agents[0]!.isPhoneReachable
  }
  await vi.waitFor(async () => expect(await isReachable()).toBe(true), { timeout: 30_000, interval: 200 })
  const list = async () => (await hotline.supervisor.get<CallbackPage>(`/api/callbacks?countryId=${countryId}&limit=200`)).items

  return {
    api,
    phone,
    sipUser,
    isReachable,
    view: (id: string) => api.get<CallbackView>(`/api/callbacks/${id}`),
    take: (id: string) => api.send('POST', `/api/callbacks/${id}/take`),
    /** A worker of a visit six days ago, who may be called now. @returns the callback's id and the worker's number */
    dueCallback: async ({ alias }: { alias?: string } = {}) => {
      const { supervisor } = hotline
      const number = hotline.newNumber(countryId)
      const { factories } = await supervisor.get<{ factories: FactoryView[] }>('/api/factories')
      const factoryId = factories.find((factory) => factory.countryId === countryId)!.id
      const auditDate = new Date(Date.now() - 6 * 86_400_000).toISOString().slice(0, 10)
      const audit = await supervisor.send<AuditView>('POST', '/api/audits', { factoryId, auditDate })
      const before = new Set((await list()).map(({ id }) => id))
      await supervisor.send('POST', `/api/audits/${audit.id}/interviews`, {
        ...(alias !== undefined && { alias }),
        phone: number,
        languageCode: language,
        slot: { startLocal: '00:00', endLocal: '23:59' },
        isSharedPhone: false,
        consentMode: 'spoken',
        mayShowCardNumber: false,
      })
      const { planned } = await supervisor.send<CloseAuditResult>('POST', `/api/audits/${audit.id}/close`)
      expect(planned).toBe(1)
      return { id: (await list()).find(({ id }) => !before.has(id))!.id, number, auditId: audit.id }
    },
  }
}

/** How often a phone was called, for a number when one is given: repeated datagrams of one call count once. */
export function timesRung(phone: Phone, number = ''): number {
  const invites = phone.sipLog.filter(({ direction, text }) => direction === 'received' && text.startsWith('INVITE '))
  const fresh = invites.filter(({ text }) => text.split('\r\n', 1)[0]!.includes(number.replace('+', '')) && !/^To:.*;tag=/im.test(text))
  return new Set(fresh.map(({ text }) => /^(?:Call-ID|i): *(\S+)/im.exec(text)?.[1])).size
}
