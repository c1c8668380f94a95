/**
 * A worker rings the hotline: language by key, then a message.
 *
 *   new ──arrived──▶ menu ──played──▶ choosing ──no key, wrong key──▶ menu again, two more times
 *    │                │ key              │ key                           │ then the line's first language
 *    │ one language   ▼                  ▼                               ▼
 *    └─────────────▶ prompt ──played──▶ recording ──end key, silence, full──▶ thanks ──played──▶ ended
 *                                          │ hung up, not yet reported finished
 *                                          └──▶ saving ──finished, or two seconds──▶ ended
 *   hung up in menu, choosing, prompt: ended, a missed call · in thanks: ended, the message is kept
 *
 * new        nothing heard yet.
 * menu       the neutral greeting and one line per language are playing; a key may be pressed at any time.
 * choosing   all is said; waiting for a key.
 * prompt     "leave a message" is playing in the chosen language.
 * recording  the worker speaks; `#`, a long silence or the limit ends it.
 * saving     the worker hung up while speaking; Asterisk's word that the file is complete is on its way.
 * thanks     saying what happened, and goodbye.
 * ended      over; nothing changes any more.
 */
import { end, type InboundState, stay } from './inbound-state.ts'
import { inMenu, sayMenu } from './menu.ts'
import { hungUpRecording, inPrompt, inRecording, inSaving, inThanks, keep, sayPrompt } from './message.ts'
import type { Advanced, Effect, FlowEvent, LineForFlow } from './types.ts'

export { type InboundState, newInbound } from './inbound-state.ts'

/**
 * What an inbound call does next. Any event in any state is allowed; one that has no meaning there changes nothing.
 * Every call that arrived ends with exactly one of `keepMessage` or `recordMissedCall`, and one `endCall`.
 */
export function advanceInbound(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (state.at === 'ended') return stay(state)
  if (event.type === 'legEnded' && event.leg === 'caller') return hungUp(state)
  if (event.type === 'channelLost') return lost(state, event.hasAsteriskRestarted)
  switch (state.at) {
    case 'new':
      return event.type === 'arrived' ? arrived(state, event.line) : stay(state)
    case 'menu':
    case 'choosing':
      return inMenu(state, event)
    case 'prompt':
      return inPrompt(state, event)
    case 'recording':
      return inRecording(state, event)
    case 'saving':
      return inSaving(state, event)
    case 'thanks':
      return inThanks(state, event)
  }
}

function arrived(state: InboundState, line: LineForFlow): Advanced<InboundState> {
  const only = line.fixedLanguage ?? (line.languages.length === 1 ? line.languages[0] : undefined)
  const known = { ...state, languages: line.languages }
  const first: Effect[] = [{ type: 'answer' }]
  if (only === undefined) return sayMenu(known, first)
  return sayPrompt({ ...known, language: only }, first, ['greeting', 'leave-message'])
}

function hungUp(state: InboundState): Advanced<InboundState> {
  switch (state.at) {
    case 'thanks':
      return end(state, 'completed', [])
    case 'saving':
      return stay(state)
    case 'recording':
      return hungUpRecording(state)
    default:
      return end(state, 'hung-up', state.at === 'new' ? [] : [{ type: 'recordMissedCall' }])
  }
}

function lost(state: InboundState, isCutOff: boolean): Advanced<InboundState> {
  if (state.at === 'recording' || state.at === 'saving') return end(state, 'lost', [keep(state, isCutOff)])
  return end(state, 'lost', state.at === 'thanks' || state.at === 'new' ? [] : [{ type: 'recordMissedCall' }])
}
