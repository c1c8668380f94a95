/** Effects that are facts for the domains, as writes. */
import type { CallStatus, Effect } from '../flow/types.ts'
import type { Write } from './writes.ts'

type WithoutCall<T> = T extends unknown ? Omit<T, 'callId' | 'at'> : never
/** A write that does not yet say whose it is, and when. */
export type Fact = WithoutCall<Write>

/**
 * What an effect tells the domains; undefined when it is for the phone alone.
 * @param sequence the number of this step within the call
 */
export function factOf(effect: Effect, sequence: number): Fact | undefined {
  switch (effect.type) {
    case 'recordStep': {
      const { name, status, language, agentUserId } = effect
      return {
        type: 'step',
        sequence,
        name,
        ...(status === undefined ? {} : { status }),
        ...(language === undefined ? {} : { languageCode: language }),
        ...agentOf(status, agentUserId),
      }
    }
    case 'recordMissedCall':
      return { type: 'missedCall' }
    case 'callBackAsked':
      return { type: 'callBackAsked' }
    case 'releaseAgent':
      return { type: 'agentReleased', agentUserId: effect.agentUserId, status: effect.status }
    case 'conversationBegan':
      return { type: 'conversationBegan', agentUserId: effect.agentUserId }
    case 'attemptRang':
    case 'attemptAnswered':
    case 'attemptConnected':
    case 'interpreterLeft':
      return { type: effect.type }
    case 'attemptEnded':
      return { type: 'attemptEnded', ended: effect.ended }
    case 'endCall':
      return { type: 'ended', reason: effect.reason }
    default:
      return undefined
  }
}

/** A caller who waits, or speaks to nobody, has no agent any more. */
function agentOf(status: CallStatus | undefined, agentUserId: string | undefined): { agentUserId?: string | null } {
  if (agentUserId !== undefined) return { agentUserId }
  return status === 'waiting' || status === 'message' ? { agentUserId: null } : {}
}
