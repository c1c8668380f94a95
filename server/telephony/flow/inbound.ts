/**
 * A worker rings the hotline: language by key, then an agent, or a message.
 *
 *   new ──arrived──▶ menu ──played──▶ choosing ──no key, wrong key──▶ menu again, two more times
 *    │                │ key              │ key                           │ then the line's first language
 *    │ one language   ▼                  ▼                               ▼
 *    ├─────────────▶ open, agents are rung: the queue, drawn in queue.ts ──▶ talking, or on to the message
 *    │               closed: announcing ──played──┐ · agents are not rung ─┐
 *    │                                            ▼                        ▼
 *    │               prompt ──played──▶ recording ──end key, silence, full──▶ review ──1, no key──▶ contact ─┬─▶ thanks ─▶ ended
 *    │                 │ 0                 │ hung up, not yet reported finished  │ 2                     │  │
 *    │                 ▼                   └──▶ saving ─▶ ended          prompt ◀─┘      number, checking, echo
 *    │              the PIN (pin.ts)                                                     reading, pause ────┘
 *    └─ the country answers free of charge: announcing ──played──▶ ended, refused unanswered · or ended at once
 *   hung up before the message is begun or a callback asked for: ended, a missed call · from review on: ended, all is kept
 *
 * new        nothing heard yet.
 * announcing said before a message, or unanswered before a call that is free of charge is refused (announce.ts).
 * menu       the neutral greeting and one line per language are playing; a key may be pressed at any time.
 * choosing   all is said; waiting for a key.
 * prompt     "leave a message" is playing in the chosen language.
 * recording  the worker speaks; `#`, a long silence or the limit ends it.
 * saving     the worker hung up while speaking; Asterisk's word that the file is complete is on its way.
 * review     may it be kept, or is it said again?
 * contact    may we call: this number, another, none? `number` takes the other in, `checking` looks at it, `echo` reads it back.
 * reading    a PIN is read out, in groups, twice; `pause` lies between them.
 * thanks     saying what happened, and goodbye. Without room on the disk a caller comes here from where the message would begin.
 * ended      over; nothing changes any more.
 */
import { announceFree, inAnnouncement, rejectAndCallBack } from './announce.ts'
import { hush } from './ask.ts'
import { confirmed, inChecking, inContact, inEcho, inNumber } from './contact.ts'
import { end, type InboundState, stay } from './inbound-state.ts'
import { inMenu, sayMenu } from './menu.ts'
import { hungUpRecording, inPrompt, inRecording, inReview, inSaving } from './message.ts'
import { askPin, inLookup, inPin, inStatus, PIN_KEY } from './pin.ts'
import { inPause, inReading } from './pin-reading.ts'
import { afterLanguage, inQueue, lateAgent, leaveQueue, outOfQueue } from './queue.ts'
import { endTalk, whileTalking } from './talk.ts'
import { inThanks, keep, keepTake, missed } from './thanks.ts'
import type { Advanced, Effect, FlowEvent, LineForFlow } from './types.ts'

export { type InboundState, newInbound } from './inbound-state.ts'

/**
 * What an inbound call does next. Any event in any state is allowed; one that has no meaning there changes nothing.
 * Every call that arrived ends with exactly one of `keepMessage`, `recordMissedCall`, `callBackAsked` or `conversationBegan`, and
 * one `endCall`; a conversation that began with one `attemptEnded`. One that came for a PIN is no missed call.
 */
export function advanceInbound(state: InboundState, event: FlowEvent): Advanced<InboundState> {
  if (state.at === 'ended') return stay(state)
  if (event.type === 'legEnded' && event.leg === 'caller') return hungUp(state)
  if (event.type === 'channelLost') return lost(state, event.hasAsteriskRestarted)
  if (event.type === 'roomChanged') return { state: { ...state, messageSeconds: event.messageSeconds }, effects: [] }
  if (event.type === 'callerKnown') return stay(known(state, event.language))
  const late = event.type === 'agentFound' ? lateAgent(state, event) : []
  if (late.length) return { state, effects: late }
  if (event.type === 'digitPressed' && event.digit === PIN_KEY && mayOfferPin(state)) return toPin(state)
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
    case 'review':
      return inReview(state, event)
    case 'contact':
      return inContact(state, event)
    case 'number':
      return inNumber(state, event)
    case 'checking':
      return inChecking(state, event)
    case 'echo':
      return inEcho(state, event)
    case 'reading':
      return inReading(state, event)
    case 'pause':
      return inPause(state, event)
    case 'thanks':
      return inThanks(state, event)
    case 'pin':
      return inPin(state, event)
    case 'lookup':
      return inLookup(state, event)
    case 'status':
      return inStatus(state, event)
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

/** Kept until a key is pressed: what an eavesdropper hears before it is the same for everybody. */
function known(state: InboundState, language: string): InboundState {
  return state.language === null && state.languages.includes(language) ? { ...state, knownLanguage: language } : state
}

function hungUp(state: InboundState): Advanced<InboundState> {
  if (state.hasTalked) return end(state, 'completed', [])
  switch (state.at) {
    case 'thanks':
    case 'status':
      return end(state, 'completed', [])
    case 'echo':
      return end(state, 'completed', [confirmed, ...keepTake(state)])
    case 'saving':
      return stay(state)
    case 'recording':
      return hungUpRecording(state)
    case 'talking':
      return endTalk(state, 'completed')
    default:
      return state.take ? end(state, 'completed', keepTake(state)) : end(state, 'hung-up', unanswered(state))
  }
}

function lost(state: InboundState, isCutOff: boolean): Advanced<InboundState> {
  if (state.hasTalked) return end(state, 'lost', [])
  if (state.at === 'recording' || state.at === 'saving') return end(state, 'lost', [keep(state, { step: state.step, isCutOff })])
  if (state.at === 'talking') return endTalk(state, 'lost')
  return end(state, 'lost', state.take ? keepTake(state) : unanswered(state))
}

/** The caller is gone and nothing else will come of the call; in the queue an agent may be held for it. */
function unanswered(state: InboundState): Effect[] {
  if (state.at === 'new' || state.at === 'thanks' || state.at === 'status') return []
  return [...(isQueued(state) ? leaveQueue(state) : []), ...missed(state)]
}

const isQueued = ({ at }: InboundState) => at === 'seeking' || at === 'waiting' || at === 'ringingAgent'

/** From the language on until the tone; nothing in a menu of languages, whose wrong keys mean what they always do. */
function mayOfferPin(state: InboundState): boolean {
  if (state.language === null || state.isPinCall) return false
  return isQueued(state) || state.at === 'prompt' || state.at === 'announcing'
}

function toPin(state: InboundState): Advanced<InboundState> {
  const fresh = { ...state, tries: 0 }
  return isQueued(state) ? askPin(outOfQueue(fresh), leaveQueue(state)) : askPin(fresh, [hush(state)])
}
