/** What the call path has to tell the domains, as plain JSON: it may have to wait on disk. */
import type { CallStatus, EndReason, LineEnd } from '../flow/types.ts'
import type { ArrivedCall, TelephonyServices } from './ports.ts'

/** Instants are ISO strings. */
export type Write = { callId: string; at: string } & (
  | { type: 'arrived'; call: Omit<ArrivedCall, 'callId' | 'startedAt'> }
  | { type: 'step'; sequence: number; name: string; status?: CallStatus; languageCode?: string }
  | { type: 'flowState'; state: object }
  | { type: 'missedCall' | 'attemptRang' | 'attemptAnswered' | 'attemptConnected' }
  | { type: 'attemptEnded'; ended: LineEnd }
  | { type: 'ended'; reason: EndReason }
)

/** Tells one fact to the domain that keeps it. */
export async function performWrite(services: TelephonyServices, write: Write): Promise<void> {
  const { calls, callbacks } = services
  const { callId } = write
  const at = new Date(write.at)
  switch (write.type) {
    case 'arrived':
      await calls.recordArrived({ ...write.call, callId, startedAt: at })
      return
    case 'step': {
      const { sequence, name, status, languageCode } = write
      await calls.recordStep({
        callId,
        sequence,
        name,
        at,
        ...(status === undefined ? {} : { status }),
        ...(languageCode === undefined ? {} : { languageCode }),
      })
      return
    }
    case 'flowState':
      await calls.saveFlowState(callId, write.state)
      return
    case 'missedCall':
      await callbacks.recordMissedCall({ callId, at })
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
    case 'attemptEnded':
      await callbacks.attemptEnded(callId, { at, ended: write.ended })
      return
    case 'ended':
      await calls.endCall({ callId, at, reason: write.reason })
      return
  }
}
