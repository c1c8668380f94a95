import { setTimeout as wait } from 'node:timers/promises'
import type { Demo, DemoCountry } from './demo.ts'
import { openSession, type Session } from './product.ts'

const LOOK_EVERY_MS = 500
const MOST_LOOKS = 30

export type AgentsAtWork = {
  /** Conversations with workers who rang, ended and named so far. */
  conversations(): number
  /** Nobody is free for callers any more. */
  stop(): Promise<void>
}

type Row = { id: string; reason: string; agentUserId: string | null }

/**
 * The demo's agents of these countries sit down to work: free for callers, and naming an outcome after each conversation, as a
 * person does on the desk. Their phones answer by themselves (agents.ts). @throws ProductRefused
 */
export async function putAgentsToWork(demo: Demo, countries: DemoCountry[]): Promise<AgentsAtWork> {
  const ids = countries.map(({ id }) => id)
  const sipUsers = new Set(demo.agents.filter((agent) => agent.countries?.some((id) => ids.includes(id))).map(({ sipUser }) => sipUser))
  const users = demo.users.filter(({ agentSipUser }) => agentSipUser !== undefined && sipUsers.has(agentSipUser))
  const sessions = await Promise.all(users.map((user) => openSession(demo.consoleUrl, user)))
  for (const session of sessions) await session.send('POST', '/api/agents/me/status', { status: 'free' })
  const stopping = new AbortController()
  let conversations = 0
  const working = sessions.map(async (session) => {
    while (!stopping.signal.aborted) {
      // Not in one: what is added to would be read before the wait.
      const named = await nameOutcomes(session)
      conversations += named
      // Woken when stopping: the loop sees why.
      await wait(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  })
  return {
    conversations: () => conversations,
    stop: async () => {
      // The last conversations are just over.
      for (let looks = 0; looks < MOST_LOOKS && (await Promise.all(sessions.map(isBusy))).includes(true); looks++) await wait(LOOK_EVERY_MS)
      stopping.abort()
      await Promise.all(working)
      for (const session of sessions) if (!(await isBusy(session))) await session.send('POST', '/api/agents/me/status', { status: 'away' })
    },
  }
}

/** @returns how many conversations of workers who rang us were named */
async function nameOutcomes(session: Session): Promise<number> {
  const { items } = await session.get<{ items: Row[] }>('/api/callbacks?status=wrap-up')
  const mine = items.filter(({ agentUserId }) => agentUserId === session.userId)
  for (const { id } of mine) await session.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
  return mine.filter(({ reason }) => reason === 'live-call').length
}

async function isBusy({ userId, get }: Session): Promise<boolean> {
  const { agents } = await get<{ agents: { userId: string; status: string }[] }>('/api/agents')
  return agents.some((agent) => agent.userId === userId && (agent.status === 'on-call' || agent.status === 'wrap-up'))
}
