import type { CallbackRow } from '../callbacks/contract.ts'
import type { BoardChange } from './contract.ts'

/** A callback stays on the board until it has ended. */
export function mayBeOnBoard(callback: CallbackRow): boolean {
  return callback.status !== 'done' && callback.status !== 'closed'
}

/** @property agent only for agents: who they are and what they speak; everybody else sees every language */
export type BoardReader = { countryIds: readonly string[]; agent?: { userId: string; languageCodes: readonly string[] } }

/** Agents see the callbacks and messages they could take; a language they do not speak is not theirs. */
export function speaks({ agent }: BoardReader, { languageCode }: { languageCode: string }): boolean {
  return agent?.languageCodes.includes(languageCode) ?? true
}

/** A supervisor gave it to this agent, whatever its country and language. */
export function isGivenTo({ agent }: BoardReader, { assignedAgentUserId }: Pick<CallbackRow, 'assignedAgentUserId'>): boolean {
  return agent !== undefined && assignedAgentUserId === agent.userId
}

/** A call of another country that this agent is in. */
export function isTheirCall({ agent }: BoardReader, { agentUserId }: { agentUserId: string | null }): boolean {
  return agent !== undefined && agentUserId === agent.userId
}

/**
 * What this reader may see of a change: only their countries, agents only their languages; a callback that ended leaves the board.
 * @returns null for nothing
 */
export function frameFor(reader: BoardReader, change: BoardChange): BoardChange | null {
  const isMine = countriesOf(change).some((countryId) => reader.countryIds.includes(countryId))
  if (change.kind === 'call' && isTheirCall(reader, change.call)) return change
  if (change.kind === 'callback' && isGivenTo(reader, change.callback)) {
    return mayBeOnBoard(change.callback) ? change : { kind: 'callback-gone', id: change.callback.id }
  }
  if (change.kind !== 'telephony' && !isMine) return null
  if (change.kind === 'voicemail' && !speaks(reader, change.voicemail)) return null
  // A callback that was moved to another language leaves the board of those who do not speak it.
  if (change.kind === 'callback' && !speaks(reader, change.callback)) return { kind: 'callback-gone', id: change.callback.id }
  if (change.kind === 'callback' && !mayBeOnBoard(change.callback)) return { kind: 'callback-gone', id: change.callback.id }
  return change
}

function countriesOf(change: BoardChange): readonly string[] {
  switch (change.kind) {
    case 'call':
      return [change.call.countryId]
    case 'callback':
      return [change.callback.countryId]
    case 'agent':
      return change.agent.countryIds
    case 'voicemail':
      return [change.voicemail.countryId]
    case 'country':
      return [change.country.id]
    case 'callback-gone':
    case 'telephony':
      return []
  }
}
