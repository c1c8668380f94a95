/** Who works on the year: a supervisor, a case-handler, an administrator, and agents made for it, each at an address of their own. */
import { setTimeout as wait } from 'node:timers/promises'
import type { AgentView } from '../../../server/domains/agents/contract.ts'
import type { UserView } from '../../../server/domains/users/contract.ts'
import type { Role } from '../../../server/domains/users/contract.ts'
import { answers, createPhone, type Phone } from '../phone/index.ts'
import type { TestProduct } from '../product.ts'
import { type Desk, openDesk } from './desk.ts'
import { SHARES } from './plan.ts'

const AT_ONCE = 4
const REACHABLE_WITHIN_MS = 30_000
const LOOK_EVERY_MS = 200
const AGENT_PICKS_UP_AFTER_MS = 20
const EXPIRES_SECONDS = 600

export type Staff = Record<'supervisor' | 'case-handler' | 'administrator' | 'client', Desk>
export type People = { staff: Staff; agents: ReadonlyMap<string, Desk>; stop(): Promise<void> }

/** Signs the staff in, makes so many agents by the API, registers their phones and sets them to be rung at once, free. */
export async function gatherPeople(product: TestProduct, agentCount: number): Promise<People> {
  const network = `127.${64 + (process.pid % 180)}`
  let addresses = 0
  const address = () => `${network}.${200 + Math.floor(addresses / 250)}.${1 + (addresses++ % 250)}`
  const desks: Desk[] = []
  const phones: Phone[] = []
  const stop = async () => {
    await Promise.all(phones.map((phone) => phone.close()))
    await Promise.all(desks.map((desk) => desk.close()))
  }
  const open = async (user: { email: string; password: string }) => {
    const desk = await openDesk(product.url, user, address())
    desks.push(desk)
    return desk
  }
  try {
    const of = (role: Role) => open(product.demo.users.find((user) => user.role === role)!)
    const staff = {
      supervisor: await of('supervisor'),
      'case-handler': await of('case-handler'),
      administrator: await of('administrator'),
      client: await of('client'),
    }
    const agents = new Map<string, Desk>()
    await inTurns(dealOut(agentCount), async (where, index) => {
      const { desk, phone } = await newAgent(product, staff, { ...where, index }, open)
      phones.push(phone)
      agents.set(desk.userId, desk)
    })
    await allReachable(staff.supervisor, agents)
    for (const desk of agents.values()) await desk.send('POST', '/api/agents/me/status', { status: 'free' })
    return { staff, agents, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

type Where = { countryId: string; languageCodes: string[] }

/** In the countries' shares, at least one in each. */
function dealOut(agents: number): Where[] {
  return SHARES.flatMap(({ countryId, share, languages }) =>
    Array.from({ length: Math.max(1, Math.round(agents * share)) }, () => ({ countryId, languageCodes: Object.keys(languages) })),
  )
}

async function newAgent(
  { demo, asterisk }: TestProduct,
  { administrator, supervisor }: Staff,
  { index, countryId, languageCodes }: Where & { index: number },
  open: (user: { email: string; password: string }) => Promise<Desk>,
): Promise<{ desk: Desk; phone: Phone }> {
  const user = { email: `year-agent-${index}@demo.localhost`, password: `the year's agent number ${index}` }
  const made = await administrator.send<UserView>('POST', '/api/users', {
    ...user,
    ...{ displayName: `Agent ${index + 1}`, role: 'agent', countryIds: [countryId] },
  })
  const { sipUser, sipPassword } = await administrator.send<{ sipUser: string; sipPassword: string }>('POST', '/api/agents', {
    ...{ userId: made.id, countryIds: [countryId], languageCodes },
  })
  for (const code of languageCodes) await supervisor.send('PUT', `/api/agents/${made.id}/certificates/${code}`)
  await supervisor.send('PUT', `/api/agents/${made.id}/call-mode`, { callMode: 'progressive' })
  const desk = await open(user)
  const registrar = `${demo.sip.host}:${asterisk.sipPort}`
  const phone = await createPhone({
    ...{ address: '127.0.0.1', user: sipUser, password: sipPassword, registrar },
    ...{ remembers: false, hasAudio: false },
  })
  phone.onCall(answers({ afterMs: AGENT_PICKS_UP_AFTER_MS }))
  await phone.register({ expiresSeconds: EXPIRES_SECONDS })
  return { desk, phone }
}

async function allReachable(supervisor: Desk, agents: ReadonlyMap<string, unknown>): Promise<void> {
  for (const deadline = performance.now() + REACHABLE_WITHIN_MS; ;) {
    const { agents: known } = await supervisor.get<{ agents: AgentView[] }>('/api/agents')
    const missing = known.filter(({ userId, isPhoneReachable }) => agents.has(userId) && !isPhoneReachable)
    if (missing.length === 0) return
    if (performance.now() > deadline) throw new Error(`${missing.length} agents' phones never became reachable`)
    await wait(LOOK_EVERY_MS)
  }
}

/** Does it for all, a few at once. */
export async function inTurns<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const left = [...items.entries()]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = left.shift(); next; next = left.shift()) await work(next[1], next[0])
    }),
  )
}
