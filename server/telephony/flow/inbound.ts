/**
 * A worker rings the hotline: language by key, then an agent, or a message.
 *
 *   new ──arrived──▶ menu ──played──▶ choosing ──no key, wrong key──▶ menu again, two more times
 *    │                │ key              │ key                           │ then the line's first language
 *    │ one language   ▼                  ▼                               ▼
 *    ├─────────────▶ open, agents are rung: the queue, drawn in queue.ts ──▶ talking, or on to the message
 *    │               closed: announcing ──played──┐ · agents are not rung ─┐
 *    │                                            ▼                        ▼
 *    │               prompt ──played──▶ recording ──end key, silence, full──▶ thanks ──played──▶ ended
 *    │                                     │ hung up, not yet reported finished
 *    │                                     └──▶ saving ──finished, or two seconds──▶ ended
 *    └─ the country answers free of charge: announcing ──played──▶ ended, refused unanswered · or ended at once
 *   hung up before the message is begun or a callback asked for: ended, a missed call · in thanks: ended, all is kept
 *
 * new        nothing heard yet.
 * announcing said before a message, or unanswered before a call that is free of charge is refused (announce.ts).
 * menu       the neutral greeting and one line per language are playing; a key may be pressed at any time.
 * choosing   all is said; waiting for a key.
 * prompt     "leave a message" is playing in the chosen language.
 * recording  the worker speaks; `#`, a long silence or the limit ends it.
 * saving     the worker hung up while speaking; Asterisk's word that the file is complete is on its way.
 * thanks     saying what happened, and goodbye.
 * ended      over; nothing changes any more.
 */
import { announceFree, inAnnouncement, rejectAndCallBack } from './announce.ts'
import { end, type InboundState, stay } from './inbound-state.ts'
import { inMenu, sayMenu } from './menu.ts'
import { hungUpRecording, inPrompt, inRecording, inSaving, inThanks, keep } from './message.ts'
import { afterLanguage, inQueue, lateAgent, leaveQueue } from './queue.ts'
import { endTalk, whileTalking } from './talk.ts'
import type { Advanced, Effect, FlowEvent, LineForFlow } from './types.ts'

export { type InboundState, newInbound } from './inbound-state.ts'

/**
 * What an inbound call does next. Any event in any state is allowed; one that has no meaning there changes nothing.
 * Every call that arrived ends with exactly one of `keepMessage`, `recordMissedCall`, `callBackAsked` or `conversationBegan`, and
 * one `endCall`; a conversation that began with one `attemptEnded`.
 */
export function advanceInbound(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (state.at === 'ended') return stay(state)
  if (event.type === 'legEnded' && event.leg === 'caller') return hungUp(state)
  if (event.type === 'channelLost') return lost(state, event.hasAsteriskRestarted)
  const late = event.type === 'agentFound' ? lateAgent(state, event) : []
  if (late.length) return { state, effects: late }
  switch (state.at) {
    case 'new':
      return event.type === 'arrived' ? arrived(state, event.line) : stay(state)
    case 'announcing':
      return inAnnouncement(state, event)
    case 'menu':
    case 'choosing':
      return inMenu(state, event)
    case 'seeking':
    case 'waiting':
    case 'ringingAgent':
      return inQueue(state, event)
    case 'talking':
      return whileTalking(state, event)
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
  const { languages, fixedLanguage, answeringMode, canCallBack, countryId, isOpen, emergencyNumber, queueLimitSeconds } = line
  const only = fixedLanguage ?? (languages.length === 1 ? languages[0] : undefined)
  const known = { ...state, languages, line: { countryId, isOpen, emergencyNumber, queueLimitSeconds, canCallBack } }
  // Who cannot be rung back would never reach anybody: they are answered as usual.
  if (answeringMode === 'ring-and-hang-up' && canCallBack) return rejectAndCallBack(known)
  if (answeringMode === 'free-announcement' && canCallBack) {
    return announceFree(only === undefined ? known : { ...known, languages: [only] })
  }
  const first: Effect[] = [{ type: 'answer' }]
  if (only === undefined) return sayMenu(known, first)
  return afterLanguage({ ...known, language: only }, first, ['greeting'])
}

function hungUp(state: InboundState): Advanced<InboundState> {
  switch (state.at) {
    case 'thanks':
      return end(state, 'completed', [])
    case 'saving':
      return stay(state)
    case 'recording':
      return hungUpRecording(state)
    case 'talking':
      return endTalk(state, 'completed')
    default:
      return end(state, 'hung-up', missed(state))
  }
}

function lost(state: InboundState, isCutOff: boolean): Advanced<InboundState> {
  if (state.at === 'recording' || state.at === 'saving') return end(state, 'lost', [keep(state, isCutOff)])
  if (state.at === 'talking') return endTalk(state, 'lost')
  return end(state, 'lost', missed(state))
}

/** The caller is gone and nothing else will come of the call; in the queue an agent may be held for it. */
function missed(state: InboundState): Effect[] {
  if (state.at === 'new' || state.at === 'thanks') return []
  const isQueued = state.at === 'seeking' || state.at === 'waiting' || state.at === 'ringingAgent'
  return [...(isQueued ? leaveQueue(state) : []), { type: 'recordMissedCall' }]
}
