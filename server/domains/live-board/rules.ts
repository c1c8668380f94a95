import type { CallbackRow } from '../callbacks/contract.ts'
import type { BoardChange } from './contract.ts'

/** A callback stays on the board until it has ended. */
export function mayBeOnBoard(callback: CallbackRow): boolean {
  return callback.status !== 'done' && callback.status !== 'closed'
}

/**
 * What this reader may see of a change: only their countries; a callback that ended leaves the board.
 * @returns null for nothing
 */
export function frameFor(reader: { countryIds: readonly string[] }, change: BoardChange): BoardChange | null {
  const isMine = countriesOf(change).some((countryId) => reader.countryIds.includes(countryId))
  if (change.kind !== 'telephony' && !isMine) return null
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
