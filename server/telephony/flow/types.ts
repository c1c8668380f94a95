/**
 * What flows are made of. A flow is a pure function `advance(state, event) → { state, effects }`: it knows no clock, no
 * database, no Asterisk and no phone number. Its state is plain JSON: it is saved with the call and picked up after a restart.
 *
 * Every state that waits has a `step` number, and whatever was begun in it (playback, recording, timer) reports with that
 * number. A report with another number is late or repeated and changes nothing.
 */

/** The legs of a call: one who rang us and perhaps an agent, or the two of a callback, and perhaps an interpreter. */
export const LEGS = ['caller', 'agent', 'interpreter', 'worker'] as const
export type Leg = (typeof LEGS)[number]
/** `away` when Asterisk no longer has the leg. */
export type LegState = 'up' | 'ringing' | 'away'

/** A text of asterisk-config/sounds/catalogue.json, in one language. `menu-2` says "for this language press 2". */
export type Prompt = { name: PromptName; language: string }
export type PromptName =
  | 'greeting'
  | `menu-${number}`
  | `digit-${number}`
  | 'please-choose'
  | 'leave-message'
  | 'message-saved'
  | 'message-kept'
  | 'keep-or-again'
  | 'may-we-call'
  | 'call-keys'
  | 'enter-number'
  | 'number-wrong'
  | 'number-is'
  | 'number-right'
  | 'number-kept'
  | 'no-call'
  | 'pin-is'
  | 'pin-again'
  | 'pin-offer'
  | 'pin-enter'
  | 'pin-not-found'
  | 'pin-nothing-new'
  | 'pin-more'
  | 'pin-later'
  | 'hold-on'
  | 'try-later'
  | 'goodbye'
  | 'wait-keys'
  | 'your-place'
  | 'wait-minutes'
  | 'nobody-now'
  | 'emergency-is'
  | 'we-call-back'
  | 'free-announcement'

/**
 * What only the runtime knows, to be played in a place of a list: the number the caller entered, a third of the PIN made for them
 * (1 to 3), what a case-handler left for them. Never in a flow's state.
 */
export type Secret = { secret: 'number' | 'pin-1' | 'pin-2' | 'pin-3' | 'status'; language: string }
export type Sound = Prompt | Secret

/** How a call shows on the board; the words of the call table. */
export type CallStatus = 'ringing' | 'menu' | 'message' | 'waiting' | 'agent' | 'talking'
export type EndReason = 'hung-up' | 'completed' | 'timed-out' | 'lost' | 'failed'

/** What a flow must know of the number that was dialled, read once from memory. */
export type LineForFlow = {
  countryId: string
  /** In the order of the menu; never empty. */
  languages: string[]
  fixedLanguage: string | null
  /** People answer at this moment. */
  isOpen: boolean
  answeringMode: AnsweringMode
  /** Digits; null when none is said. */
  emergencyNumber: string | null
  /** Longest wait for an agent; 0: agents are not rung. */
  queueLimitSeconds: number
  /** The caller's number is one that may be called back: neither withheld nor a foreign or special one. */
  canCallBack: boolean
}
export type AnsweringMode = 'answer' | 'free-announcement' | 'ring-and-hang-up'
/** An agent who is to be rung, and held for this call alone. */
export type HeldAgent = { userId: string; sipUser: string }
/** What a flow must know of a callback. The number stays with the runtime. */
export type CallbackPlan = {
  ringSeconds: number
  maxCallSeconds: number
  trunkId: string
  hasInterpreter: boolean
  /** How long who answers may be listened to before the call counts as answered; 0: not at all. */
  examineSeconds: number
}

export type FlowEvent =
  | { type: 'arrived'; line: LineForFlow }
  | { type: 'ordered'; plan: CallbackPlan }
  | { type: 'digitPressed'; digit: string }
  /** The number they ring from has rung us before, in this language. Changes nothing that is heard before a key. */
  | { type: 'callerKnown'; language: string }
  /** Also when a sound could not be played: a call does not die of a missing sound. */
  | { type: 'playbackFinished'; step: number }
  /** Seconds as Asterisk counts them; `talkingSeconds` is null when it did not tell speech from silence. */
  | { type: 'recordingFinished'; step: number; seconds: number; talkingSeconds: number | null }
  | { type: 'recordingFailed'; step: number }
  /** Longest a message may be that begins from now on; 0: the disk has no room for another. */
  | { type: 'roomChanged'; messageSeconds: number }
  /** Not even what is being recorded has room any more. */
  | { type: 'roomGone' }
  | { type: 'timerFired'; step: number }
  /** The number entered is one of the country that we may ring. */
  | { type: 'numberChecked'; step: number; isGood: boolean }
  /** `hasStatus`: something was left for them, and can be played. `away`: nobody could say. */
  | { type: 'pinChecked'; step: number; result: 'found' | 'not-found' | 'away'; hasStatus: boolean }
  /** `status` as Asterisk's dialling reports it: RINGING, PROGRESS, BUSY, NOANSWER, CONGESTION … */
  | { type: 'dialProgressed'; leg: Leg; status: string }
  /** Made, and may be dialled. */
  | { type: 'legReady'; leg: Leg }
  | { type: 'legAnswered'; leg: Leg }
  /** `cause` is Q.850's, `sipStatus` the far end's when it sent one. */
  | { type: 'legEnded'; leg: Leg; cause: number; sipStatus: number | null }
  /** The leg could not be made or dialled: phone not registered, no such trunk, number not allowed. `mayHaveRung` when nobody knows. */
  | { type: 'legFailed'; leg: Leg; mayHaveRung: boolean }
  /** The look-up of this step found an agent, who is held for this call from now on. */
  | { type: 'agentFound'; step: number; agent: HeldAgent }
  /**
   * The look-up of this step found nobody free. `isAnyoneOnDuty`: somebody works whom waiting may reach. `place` counts from 1;
   * `waitMinutes` is measured, null when too little was.
   */
  | { type: 'nobodyFree'; step: number; isAnyoneOnDuty: boolean; place: number; waitMinutes: number | null }
  /** The look-up of this step had no answer in time: the database is away, or slow. */
  | { type: 'seekFailed'; step: number }
  /** An agent somewhere became free, or another caller left the queue: worth looking. */
  | { type: 'agentsChanged' }
  /** The look-up of this step found another trunk; the ledger names it. */
  | { type: 'trunkFound'; step: number; trunkId: string; maxCallSeconds: number }
  /** The look-up of this step found no further trunk, or nobody could say. */
  | { type: 'noTrunk'; step: number }
  /** The agent pressed hang-up on the screen, or the worker wrote that they do not want to be called. */
  | { type: 'hangUpOrdered' }
  /** We were away (connection cut, or this process is new) and the call is still there, as described. */
  | { type: 'resumed'; legs: Partial<Record<Leg, LegState>>; recording: 'running' | 'stored' | 'none'; isNewProcess: boolean }
  /** We were away and every leg is gone. */
  | { type: 'channelLost'; hasAsteriskRestarted: boolean }

export type Effect =
  | { type: 'answer' }
  /**
   * Dead-man timer: Asterisk takes the leg away from us after so long, whatever it is doing. Always set before play and record.
   * With `language`, what Asterisk then says is in that language alone.
   */
  | { type: 'setDeadline'; leg: Leg; seconds: number; language?: string }
  | { type: 'play'; step: number; prompts: Sound[] }
  | { type: 'stopPlayback'; step: number }
  | { type: 'record'; step: number; language: string; maxSeconds: number; silenceSeconds: number }
  | { type: 'stopRecording'; step: number; language: string }
  /** Replaces the call's running timer: a flow waits for one thing at a time. */
  | { type: 'startTimer'; step: number; seconds: number }
  | { type: 'hangUp'; leg: Leg }
  /** Refuses a call that was not answered: it costs its caller nothing. */
  | { type: 'rejectCall' }
  | { type: 'ringAgent'; ringSeconds: number }
  | { type: 'ringInterpreter'; ringSeconds: number }
  /** Looks for the agent who has been free longest, and holds them. Reports `agentFound`, `nobodyFree` or `seekFailed`. */
  | { type: 'seekAgent'; step: number; countryId: string; language: string }
  /** The held agent is free for others again; without one, whoever this call still holds. */
  | { type: 'releaseAgent'; agentUserId: string | null; status: 'free' | 'away' }
  /** Rings the phone of an agent; `nth` tells the legs of one call's agents apart. */
  | { type: 'ringHeldAgent'; sipUser: string; nth: number; ringSeconds: number }
  /** Caller and agent hear each other. */
  | { type: 'joinAgent' }
  /** The caller is alone again, and can be spoken to. */
  | { type: 'partAgent' }
  /** Makes the worker's leg and puts it in one bridge with the agent's, and the interpreter's; nothing rings yet. Reports `legReady`. */
  | { type: 'createWorker'; trunkId: string; nthTrunk: number; deadlineSeconds: number }
  /** Nothing rang over the trunk before: looks for the next. Reports `trunkFound` or `noTrunk`. */
  | { type: 'seekTrunk'; step: number; ended: LineEnd }
  /** Rings the worker; Asterisk itself gives up after `ringSeconds`. */
  | { type: 'dialWorker'; ringSeconds: number }
  /** The leg hears ringing while the far end sends none of its own. */
  | { type: 'startRingTone'; leg: Leg }
  | { type: 'stopRingTone'; leg: Leg }
  | { type: 'recordStep'; name: string; status?: CallStatus; language?: string; agentUserId?: string }
  | { type: 'keepMessage'; step: number; language: string; isCutOff: boolean }
  | { type: 'discardMessage'; step: number; language: string }
  /** Keys of a number or PIN, for the runtime's memory alone. */
  | { type: 'keepDigit'; digit: string }
  | { type: 'forgetDigits' }
  | { type: 'checkNumber'; step: number }
  | { type: 'checkPin'; step: number }
  /** `other`: the number entered. `none`: with a PIN of their own, which can be read out from now on. */
  | { type: 'chooseContact'; choice: 'this' | 'other' | 'none' }
  | { type: 'recordMissedCall' }
  /** The caller pressed the key for it. */
  | { type: 'callBackAsked' }
  /** Caller and agent talk: it becomes work as an attempt does, with the call's id. */
  | { type: 'conversationBegan'; agentUserId: string }
  | { type: 'attemptRang' }
  | { type: 'attemptAnswered' }
  | { type: 'attemptConnected' }
  /** Agent and worker go on alone. */
  | { type: 'interpreterLeft' }
  | { type: 'attemptEnded'; ended: LineEnd }
  /** Always the last effect of a call. */
  | { type: 'endCall'; reason: EndReason }

/** How the line part of an attempt ended; callbacks' rules make the outcome from it. */
export type LineEnd =
  | { kind: 'agent-did-not-answer' }
  | { kind: 'agent-hung-up-before-answer' }
  /** Or hung up before the worker answered. */
  | { kind: 'interpreter-did-not-answer' }
  | {
      kind: 'worker'
      /** Q.850; 0 when the far end just hung up. */
      hangupCause: number
      sipStatus: number | null
      /** The last word of Asterisk's dialling: ANSWER, BUSY, NOANSWER, CONGESTION, CANCEL …; null when it said nothing final. */
      lastDialStatus: string | null
      /** We stopped ringing; Asterisk's cause then looks like a 480 of the far end. */
      timedOutByUs: boolean
      /** The far end was alerted, or at least sent sound. */
      rang: boolean
      hadConversation: boolean
    }
  /** We were away when it ended: nobody knows how. */
  | { kind: 'lost' }

export type Advanced<State> = { state: State; effects: Effect[] }
export type Advance<State> = (state: State, event: FlowEvent) => Advanced<State>
