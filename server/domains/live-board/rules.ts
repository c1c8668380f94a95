import type { CallbackRow } from '../callbacks/contract.ts'
import type { BoardChange } from './contract.ts'

/** A callback stays on the board until it has ended. */
export function mayBeOnBoard(callback: CallbackRow): boolean {
  return callback.status !== 'done' && callback.status !== 'closed'
}

/** @property languageCodes only for agents: what they speak; everybody else sees every language */
export type BoardReader = { countryIds: readonly string[]; languageCodes?: readonly string[] }

/** Agents see the callbacks and messages they could take; a language they do not speak is not theirs. */
export function speaks({ languageCodes }: BoardReader, { languageCode }: { languageCode: string }): boolean {
  return languageCodes?.includes(languageCode) ?? true
}

/**
 * What this reader may see of a change: only their countries, agents only their languages; a callback that ended leaves the board.
 * @returns null for nothing
 */
export function frameFor(reader: BoardReader, change: BoardChange): BoardChange | null {
  const isMine = countriesOf(change).some((countryId) => reader.countryIds.includes(countryId))
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
