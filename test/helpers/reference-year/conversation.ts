/** What an agent does once they and a worker hear each other: asks, keeps the answers, opens a case, names how it ended. */
import type { CaseView } from '../../../server/domains/cases/contract.ts'
import type { Desk } from './desk.ts'
import { type Life, talkOf } from './lives.ts'
import type { Kind, Talk } from './plan.ts'

const CATEGORY = {
  wages: 'wages-and-benefits',
  hours: 'working-hours',
  safety: 'health-and-safety',
  abuse: 'harassment-and-abuse',
  children: 'child-labour',
  forced: 'forced-labour',
  union: 'freedom-of-association',
  coaching: 'audit-integrity',
  other: 'other',
  retaliation: 'retaliation',
} as const satisfies Record<Kind, string>

const A_DAY_MS = 24 * 60 * 60_000

export type Conversation = {
  desk: Desk
  callbackId: string
  life: Life
  /** The product's calendar. */
  now: () => Date
  /** Resolves when the product has seen that the line is over. */
  lineOver: () => Promise<void>
}

/** @returns what came of it, and the case that was opened */
export async function converse(conversation: Conversation): Promise<{ talk: Talk; caseId: string | null }> {
  const { desk, callbackId, life, now, lineOver } = conversation
  const talk = talkOf(life)
  life.talks.push(talk)
  const answer = (questionId: string, value: object) => desk.send('PUT', `/api/callbacks/${callbackId}/answers/${questionId}`, value)
  const name = (body: object) => desk.send('POST', `/api/callbacks/${callbackId}/outcome`, body)
  let caseId: string | null = null
  switch (talk) {
    case 'complete':
      await answer('safe-to-talk', { choice: 'yes' })
      caseId = await askAll(conversation, answer)
      await name({ outcome: 'complete' })
      break
    case 'partial':
      await answer('safe-to-talk', { choice: 'yes' })
      await life.call?.hangUp()
      await lineOver()
      await name({ outcome: 'partial' })
      break
    case 'someone-else':
      await answer('safe-to-talk', { choice: 'someone-else' })
      await name({ outcome: 'someone-else' })
      break
    case 'not-safe-now':
      await answer('safe-to-talk', { choice: 'not-now' })
      life.hasNamedTime = true
      await name({ outcome: 'not-safe-now', callAgainAt: new Date(now().getTime() + A_DAY_MS).toISOString() })
      break
    case 'refused':
      await name({ outcome: 'refused' })
  }
  return { talk, caseId }
}

async function askAll(
  { desk, callbackId, life }: Conversation,
  answer: (questionId: string, value: object) => Promise<unknown>,
): Promise<string | null> {
  const kind = life.worker.grievance
  await answer('retaliation', { choice: kind === 'retaliation' ? 'yes' : 'no' })
  if (kind === 'retaliation') await answer('retaliation-detail', { text: 'The foreman moved me to the night shift the day after.' })
  const tells = kind !== null && kind !== 'retaliation'
  await answer('could-not-say', { choice: tells ? 'yes' : 'no' })
  if (tells) {
    await answer('grievance-kind', { choice: kind })
    await answer('grievance-detail', { text: 'It has been so since the spring, on our line of forty.' })
    await answer('wish', { choice: 'confidential' })
  }
  if (kind === null) return null
  const opened = await desk.send<CaseView>('POST', '/api/cases', {
    ...{ callbackId, category: CATEGORY[kind], severity: 'medium', workerWish: 'confidential', peopleAffected: 40 },
    summary: 'Told by the worker in the call after the visit.',
  })
  return opened.id
}
