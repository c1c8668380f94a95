/** The end of an inbound call: `thanks`, and what hanging up means. */
import { end, type InboundState, isReport, languageOf, say, stay } from './inbound-state.ts'
import type { Advanced, Effect, FlowEvent, PromptName } from './types.ts'

/** Says goodbye. What was recorded is kept now: the caller has said all they wanted to say about it. */
export function thank(state: InboundState, before: Effect[], names: PromptName[] = ['message-saved', 'goodbye']): Advanced<InboundState> {
  return say({ ...state, at: 'thanks', take: null }, names, [...before, ...keepTake(state)])
}

export function inThanks(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (event.type === 'resumed' || isReport(event, 'playbackFinished', state) || isReport(event, 'timerFired', state))
    return end(state, 'completed', [{ type: 'hangUp', leg: 'caller' }])
  return stay(state)
}

export const keepTake = (state: InboundState): Effect[] => (state.take ? [keep(state, state.take)] : [])

export const keep = (state: InboundState, { step, isCutOff }: { step: number; isCutOff: boolean }): Effect => ({
  type: 'keepMessage',
  step,
  language: languageOf(state),
  isCutOff,
})

/** Nobody said anything: they are rung back, unless they rang with a PIN, perhaps from another's phone. */
export const missed = (state: InboundState): Effect[] => (state.isPinCall ? [] : [{ type: 'recordMissedCall' }])
