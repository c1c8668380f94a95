/** Plays events into a flow and writes down what it does, one short line per effect, so that a test reads as a call. */
import { advance, type FlowState } from '../../server/telephony/flow/index.ts'
import type { Effect, FlowEvent, Sound } from '../../server/telephony/flow/types.ts'

export type Transcript = {
  /** What the flow does on this event, as lines. */
  on(event: FlowEvent): string[]
  readonly state: FlowState
  readonly at: FlowState['at']
  /** The number that reports of the present step carry. */
  readonly step: number
  /** Everything done since the start. */
  readonly effects: Effect[]
}

export function transcript(start: FlowState): Transcript {
  let state = start
  const all: Effect[] = []
  return {
    on(event) {
      const next = advance(state, event)
      state = next.state
      all.push(...next.effects)
      return next.effects.map(line)
    },
    get state() {
      return state
    },
    get at() {
      return state.at
    },
    get step() {
      return state.step
    },
    effects: all,
  }
}

export function line(effect: Effect): string {
  switch (effect.type) {
    case 'play':
      return `play ${effect.prompts.map(soundName).join(' ')}`
    case 'record':
      return `record ${effect.language} up to ${effect.maxSeconds} s, silence ${effect.silenceSeconds} s`
    case 'setDeadline':
      return `deadline ${effect.leg} ${effect.seconds} s${effect.language === undefined ? '' : `, then ${effect.language}`}`
    case 'startTimer':
      return `timer ${effect.seconds} s`
    case 'hangUp':
      return `hang up ${effect.leg}`
    case 'recordStep':
      return ['step', effect.name, effect.status, effect.language, effect.agentUserId].filter((part) => part !== undefined).join(' ')
    case 'keepMessage':
      return `keep message ${effect.language}${effect.isCutOff ? ', cut off' : ''}`
    case 'discardMessage':
      return `discard message ${effect.language}`
    case 'ringInterpreter':
      return `ring interpreter ${effect.ringSeconds} s`
    case 'ringAgent':
      return `ring agent ${effect.ringSeconds} s`
    case 'dialWorker':
      return `dial worker ${effect.ringSeconds} s`
    case 'createWorker':
      return `create worker over ${effect.trunkId}, at most ${effect.deadlineSeconds} s`
    case 'seekTrunk':
      return `seek trunk, ${effect.ended.kind} ended`
    case 'attemptEnded':
      return `attempt ended ${effect.ended.kind}`
    case 'endCall':
      return `end call ${effect.reason}`
    case 'seekAgent':
      return `seek agent ${effect.countryId} ${effect.language}`
    case 'releaseAgent':
      return `release ${effect.agentUserId ?? 'whoever is held'}, ${effect.status}`
    case 'ringHeldAgent':
      return `ring ${effect.sipUser} ${effect.ringSeconds} s`
    case 'conversationBegan':
      return `conversation with ${effect.agentUserId}`
    case 'chooseContact':
      return `contact ${effect.choice}`
    case 'keepDigit':
    case 'forgetDigits':
    case 'checkNumber':
    case 'checkPin':
    case 'stopRecording':
    case 'answer':
    case 'stopPlayback':
    case 'startRingTone':
    case 'stopRingTone':
    case 'recordMissedCall':
    case 'callBackAsked':
    case 'rejectCall':
    case 'joinAgent':
    case 'partAgent':
    case 'attemptRang':
    case 'attemptAnswered':
    case 'attemptConnected':
    case 'interpreterLeft':
      return effect.type
  }
}

const soundName = (sound: Sound) => `${'secret' in sound ? `<${sound.secret}>` : sound.name}/${sound.language}`
