/** To whom a callback is offered alone, and until when: then it is anybody's, so that nobody is forgotten. */
import { DAY, MINUTE } from '../../../platform/time/duration.ts'

/** After a supervisor's word, from when it is due. */
const ASSIGNED_MS = DAY
/** After a conversation that was cut off, for the agent who knows it. */
const SAME_AGENT_MS = 10 * MINUTE

/** @property assignedByUserId null: by itself, after a conversation that was cut off */
export type Assignment = {
  assignedAgentUserId: string | null
  assignedUntil: Date | null
  assignedByUserId: string | null
  /** The third on the line, as long as it is assigned. */
  interpreterUserId: string | null
}

export const unassigned: Assignment = { assignedAgentUserId: null, assignedUntil: null, assignedByUserId: null, interpreterUserId: null }

/** A supervisor's word. @param dueAt of the callback */
export function assignedTo({ agentUserId, interpreterUserId, byUserId }: Word, dueAt: Date, now: Date): Assignment {
  const from = Math.max(dueAt.getTime(), now.getTime())
  return { assignedAgentUserId: agentUserId, assignedUntil: new Date(from + ASSIGNED_MS), assignedByUserId: byUserId, interpreterUserId }
}
export type Word = { agentUserId: string; interpreterUserId: string | null; byUserId: string }

/** When it is put to another time: a supervisor's word goes along, what was assigned by itself is over. */
export function movedTo(before: Assignment, dueAt: Date): Assignment {
  if (before.assignedAgentUserId === null || before.assignedByUserId === null) return unassigned
  const { assignedAgentUserId, assignedByUserId, interpreterUserId } = before
  return { assignedAgentUserId, assignedUntil: new Date(dueAt.getTime() + ASSIGNED_MS), assignedByUserId, interpreterUserId }
}

/** The conversation was cut off: the same agent first, unless a supervisor has said who. */
export function sameAgentFirst(before: Assignment, agentUserId: string, dueAt: Date): Assignment {
  const moved = movedTo(before, dueAt)
  if (moved.assignedAgentUserId !== null) return moved
  return { ...unassigned, assignedAgentUserId: agentUserId, assignedUntil: new Date(dueAt.getTime() + SAME_AGENT_MS) }
}

/** Whose it is alone at this instant; null: anybody's. */
export function assigneeAt({ assignedAgentUserId, assignedUntil }: Assignment, now: Date): string | null {
  return assignedUntil !== null && assignedUntil > now ? assignedAgentUserId : null
}

/** Who interprets when it is called now; null: nobody. */
export function interpreterAt(assignment: Assignment, now: Date): string | null {
  return assigneeAt(assignment, now) === null ? null : assignment.interpreterUserId
}
