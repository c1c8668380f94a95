/** What the call path has to tell the domains, as plain JSON: it may have to wait on disk, sealed. */
import type { CallStatus, EndReason, LineEnd } from '../flow/types.ts'
import type { ArrivedCall, FactServices, TelephonyServices } from './ports.ts'

/** Instants are ISO strings. */
export type Write = { callId: string; at: string } & (
  | { type: 'arrived'; call: Omit<ArrivedCall, 'callId' | 'startedAt'> }
  | { type: 'step'; sequence: number; name: string; status?: CallStatus; languageCode?: string; agentUserId?: string | null }
  | { type: 'flowState'; state: object }
  | { type: 'callBackAsked' }
  | { type: 'agentReleased'; agentUserId: string | null; status: 'free' | 'away' }
  | { type: 'conversationBegan'; agentUserId: string }
  | { type: 'missedCall' | 'attemptRang' | 'attemptAnswered' | 'attemptConnected' | 'interpreterLeft' }
  | { type: 'contactChosen'; choice: 'this' | 'other' | 'none'; number?: string; pin?: string }
  | { type: 'pinEntered'; pin: string }
  | { type: 'attemptEnded'; ended: LineEnd }
  | { type: 'ended'; reason: EndReason }
)

/** Several facts of one call in one transaction: all are told, or none. */
export function performTogether(services: TelephonyServices, writes: readonly Write[]): Promise<void> {
  return services.inOneTransaction(async (joined) => {
    for (const write of writes) await performWrite(joined, write)
  })
}

/** Tells one fact to the domain that keeps it. */
export async function performWrite(services: FactServices, write: Write): Promise<void> {
  const { calls, callbacks, agents, voicemails } = services
  const { callId } = write
  const at = new Date(write.at)
  switch (write.type) {
    case 'arrived':
      await calls.recordArrived({ ...write.call, callId, startedAt: at })
      return
    case 'step': {
      const { sequence, name, status, languageCode, agentUserId } = write
      await calls.recordStep({
        callId,
        sequence,
        name,
        at,
        ...(status === undefined ? {} : { status }),
        ...(languageCode === undefined ? {} : { languageCode }),
        ...(agentUserId === undefined ? {} : { agentUserId }),
      })
      return
    }
    case 'flowState':
      await calls.saveFlowState(callId, write.state)
      return
    case 'missedCall':
      await callbacks.recordMissedCall({ callId, at })
      return
    case 'callBackAsked':
      await callbacks.askCallback({ callId, at })
      return
    case 'agentReleased':
      await agents.releaseFromCall({ callId, agentUserId: write.agentUserId, status: write.status })
      return
    case 'conversationBegan':
      await callbacks.conversationBegan({ callId, agentUserId: write.agentUserId, at })
      return
    case 'contactChosen': {
      const { choice, number, pin } = write
      await voicemails.recordContact({ callId, choice, number, pin, at })
      return
    }
    case 'pinEntered':
      await voicemails.recordPinEntered({ callId, pin: write.pin })
      return
    case 'attemptRang':
      await callbacks.attemptRang(callId, at)
      return
    case 'attemptAnswered':
      await callbacks.attemptAnswered(callId, at)
      return
    case 'attemptConnected':
      await callbacks.attemptConnected(callId, at)
      return
    case 'interpreterLeft':
      await callbacks.interpreterLeft(callId)
      return
    case 'attemptEnded':
      await callbacks.attemptEnded(callId, { at, ended: write.ended })
      return
    case 'ended':
      await calls.endCall({ callId, at, reason: write.reason })
      return
  }
}
