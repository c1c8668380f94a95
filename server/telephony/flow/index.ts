/** All flows behind one face: what the runtime drives, without knowing which call it is. */
import { advanceCallback, type CallbackState } from './callback.ts'
import { advanceInbound, type InboundState } from './inbound.ts'
import type { Advanced, FlowEvent } from './types.ts'

export type FlowState = InboundState | CallbackState

/** What the call does next: the new state, and what is to be done in this order. Never throws. */
export function advance(state: FlowState, event: FlowEvent): Advanced<FlowState> {
  switch (state.flow) {
    case 'inbound':
      return advanceInbound(state, event)
    case 'callback':
      return advanceCallback(state, event)
  }
}
