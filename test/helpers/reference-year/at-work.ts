/** The agents through the year: what the board shows of their callbacks, they act on. */
import type { Board } from '../../../server/domains/live-board/contract.ts'
import { type Conversation, converse } from './conversation.ts'
import { type Desk, DeskRefused } from './desk.ts'
import { isWaitedFor, type Life } from './lives.ts'
import type { Talk } from './plan.ts'

type Row = Board['callbacks'][number]
type Agent = Board['agents'][number]

export type Told = Record<Talk, number> & {
  /** By opened case: whose life it is about. */
  cases: Map<string, Life>
  /** Ended before the agent had done all; named cut off, and called again. */
  brokenOff: number
  /** Agents who had to be set free again: their phone had not answered. */
  setFree: number
}

export type AtWork = {
  told: Told
  callback(row: Row): void
  agent(agent: Agent): void
  /** What went wrong in a way nobody foresaw. */
  failure: () => Error | undefined
}

/** The line ended, or the outcome was named, a moment before. */
const isOvertaken = (error: unknown) => error instanceof DeskRefused && (error.status === 409 || error.status === 403)

type Going = { isOver: PromiseWithResolvers<void> }

/** @param byCallback lives by callback @param agents desks by user id */
export function startWork({
  byCallback,
  agents,
  now,
}: {
  byCallback: ReadonlyMap<string, Life>
  agents: ReadonlyMap<string, Desk>
  now: () => Date
}): AtWork {
  const told: Told = {
    complete: 0,
    partial: 0,
    'someone-else': 0,
    'not-safe-now': 0,
    refused: 0,
    cases: new Map(),
    brokenOff: 0,
    setFree: 0,
  }
  const going = new Map<string, Going>()
  let failure: Error | undefined
  const watch = (work: Promise<unknown>) => void work.catch((error: unknown) => (failure ??= error as Error))

  const talk = async (row: Row, desk: Desk, life: Life) => {
    const isOver = Promise.withResolvers<void>()
    going.set(row.id, { isOver })
    life.begun++
    try {
      const conversation: Conversation = { desk, callbackId: row.id, life, now, lineOver: () => isOver.promise }
      const { talk: came, caseId } = await converse(conversation)
      told[came]++
      if (caseId) told.cases.set(caseId, life)
    } catch (error) {
      if (!isOvertaken(error)) throw error
      told.brokenOff++
      life.talks.pop()
    } finally {
      going.delete(row.id)
    }
  }
  const nameCutOff = async (row: Row, desk: Desk, life: Life) => {
    try {
      await desk.send('POST', `/api/callbacks/${row.id}/outcome`, { outcome: 'partial' })
      life.talks.push('partial')
    } catch (error) {
      if (!isOvertaken(error)) throw error
    }
  }
  return {
    told,
    failure: () => failure,
    callback: (row) => {
      const desk = row.agentUserId === null ? undefined : agents.get(row.agentUserId)
      const life = byCallback.get(row.id)
      if (!desk || !life) return
      const talking = going.get(row.id)
      // A frame may tell again what is under way already.
      if (row.status === 'talking' && !talking && isWaitedFor(life)) watch(talk(row, desk, life))
      if (row.status !== 'wrap-up') return
      if (talking) talking.isOver.resolve()
      else watch(nameCutOff(row, desk, life))
    },
    agent: ({ userId, status }) => {
      const desk = agents.get(userId)
      if (!desk || status !== 'away') return
      told.setFree++
      watch(desk.send('POST', '/api/agents/me/status', { status: 'free' }))
    },
  }
}
