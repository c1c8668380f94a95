/** What the runtime needs of the domains; filled in by context.ts with their services. Each of these is safe to repeat. */
import type { ArrivedText } from '../../domains/texts/service.ts'
import type { AgentPhoneFacts } from '../../domains/agents/ports.ts'
import type { CallingHours } from '../../domains/countries/hours-rules.ts'
import type { CallStatus, EndReason, HeldAgent, LineEnd } from '../flow/types.ts'

/** A number of ours, as the call path knows it. */
export type LineFacts = {
  /** E.164. */
  did: string
  countryId: string
  /** Those that carry it, in and out. */
  trunkIds: readonly string[]
  kind: 'card' | 'callback'
  /** In the order of the menu; never empty. */
  languageCodes: readonly string[]
  fixedLanguageCode: string | null
  /** When it is answered by people. */
  hours: CallingHours
  answeringMode: 'answer' | 'free-announcement' | 'ring-and-hang-up'
  /** Said when the line is closed; null: not said. */
  emergencyNumber: string | null
  /** Longest wait for an agent; 0: agents are not rung. */
  queueLimitSeconds: number
}

export type ArrivedCall = {
  callId: string
  channelId: string
  direction: 'inbound' | 'outbound'
  /** `fallback`: the service was away and the dialplan took the call. */
  flow: 'inbound' | 'callback' | 'fallback'
  did: string
  /** As the carrier sent it; null when withheld. */
  callerE164: string | null
  /** Of an incoming call: what it came by; null or absent when nobody knows. */
  trunkId?: string | null
  startedAt: Date
  instance: string
  callbackId?: string
  agentUserId?: string
}

export type CallStep = {
  callId: string
  sequence: number
  name: string
  status?: CallStatus
  languageCode?: string
  /** Null: no agent any more. */
  agentUserId?: string | null
  at: Date
}
/** `flowState` is what was saved, or `{}`. */
export type OpenCall = { callId: string; channelId: string; did: string; flow: string; flowState: unknown; startedAt: Date }
export type KnownCall = { flow: string; did: string; languageCode: string | null; startedAt: Date; isEnded: boolean }

/** Who is held for the call now, or how things stand without anybody. `place` counts from 1; `waitMinutes` null: not measured. */
export type Sought =
  { kind: 'found'; agent: HeldAgent } | { kind: 'none'; isAnyoneOnDuty: boolean; place: number; waitMinutes: number | null }

export type Voicemail = {
  /** Asterisk's name for the file: a second ingest of the same name changes nothing. */
  spoolName: string
  callId: string
  /** A whole wav file. */
  wav: Buffer
  languageCode: string
  leftAt: Date
  durationMs: number
  isCutOff: boolean
  isQuiet: boolean
}

export type RuntimeAlert = { kind: string; subject: string; severity: 'critical' | 'warning'; message: string; isHappening?: boolean }

export type ContactChosen = {
  callId: string
  choice: 'this' | 'other' | 'none'
  number: string | undefined
  pin: string | undefined
  at: Date
}

/** Those that facts of calls are told to. */
export type FactServices = Pick<TelephonyServices, 'calls' | 'callbacks' | 'agents' | 'voicemails'>

export type TelephonyServices = {
  /** What `work` tells the services it is given is kept as a whole, or not at all. */
  inOneTransaction: (work: (services: FactServices) => Promise<void>) => Promise<void>
  /** Puts it on the board, in a transaction of its own. */
  alerts: {
    raise: (alert: RuntimeAlert) => Promise<unknown>
    resolve: (name: { kind: string; subject: string }) => Promise<unknown>
  }
  /** A caller did not hear it; told as often as it happens. `heard`: a language's code, or `tone`. */
  prompts: { soundMissing: (missing: { name: string; language: string; heard: string }) => Promise<unknown> }
  countries: { loadLineFacts: () => Promise<ReadonlyMap<string, LineFacts>> }
  calls: {
    /** Idempotent by callId. */
    recordArrived: (call: ArrivedCall) => Promise<unknown>
    /** Idempotent by (callId, sequence). */
    recordStep: (step: CallStep) => Promise<unknown>
    saveFlowState: (callId: string, state: object) => Promise<unknown>
    endCall: (end: { callId: string; at: Date; reason: EndReason }) => Promise<unknown>
    /** Calls of this process's instance that have no end. */
    listOpenCalls: (instance: string) => Promise<readonly OpenCall[]>
    /** Those of a dead process are this one's from now on; undefined when it has said meanwhile that it lives, or another was first. */
    takeOverCalls: (change: { from: string; at: Date }) => Promise<readonly OpenCall[] | undefined>
    /** Those of the ids that began here and that another process has taken over, and since when. */
    findTaken: (callIds: readonly string[]) => Promise<ReadonlyMap<string, Date>>
    /** Those of the ids that have a row. */
    findCalls: (callIds: readonly string[]) => Promise<ReadonlyMap<string, KnownCall>>
  }
  /** Processes that share the database. */
  others: {
    /** Those that have said nothing for a while. */
    listSilent: () => Promise<readonly string[]>
    /** Does the work while that one's place is held; false: it may live. */
    inPlaceOf: (instance: string, work: () => Promise<void>) => Promise<boolean>
  }
  /** Idempotent by what makes it the same text. */
  texts: { ingestText: (text: ArrivedText) => Promise<unknown> }
  voicemails: {
    ingestVoicemail: (voicemail: Voicemail) => Promise<unknown>
    /** Idempotent; in either order with the message's ingest. `number` as keyed in, `pin` as read out. */
    recordContact: (contact: ContactChosen) => Promise<unknown>
    recordPinEntered: (entered: { callId: string; pin: string }) => Promise<unknown>
  }
  pins: {
    reservePins: (count: number) => Promise<string[]>
    /** `status`: a whole wav for this caller; null when nothing was left. */
    checkPin: (entered: { callId: string; pin: string }) => Promise<{ isFound: false } | { isFound: true; status: Buffer | null }>
  }
  callbacks: {
    /** One callback per number and window; idempotent by callId. Null: nobody will be rung back for this call. */
    recordMissedCall: (missed: { callId: string; at: Date }) => Promise<{ callbackId: string } | null>
    /** The caller asked to be rung back; idempotent by callId. */
    askCallback: (asked: { callId: string; at: Date }) => Promise<unknown>
    /** Caller and agent talk: an attempt with the call's id. Idempotent by callId. */
    conversationBegan: (began: { callId: string; agentUserId: string; at: Date }) => Promise<unknown>
    /** False once the worker has refused: they are not rung any more. */
    mayStillRing: (attemptId: string) => Promise<boolean>
    /** A trunk failed before anything rang: the next one, written into the ledger by now; null: there is none. */
    nextTrunk: (attemptId: string, failed: { at: Date; ended: LineEnd }) => Promise<{ trunkId: string; maxCallSeconds: number } | null>
    attemptRang: (attemptId: string, at: Date) => Promise<unknown>
    attemptAnswered: (attemptId: string, at: Date) => Promise<unknown>
    attemptConnected: (attemptId: string, at: Date) => Promise<unknown>
    /** Agent and worker go on alone; idempotent. */
    interpreterLeft: (attemptId: string) => Promise<unknown>
    attemptEnded: (attemptId: string, end: { at: Date; ended: LineEnd }) => Promise<unknown>
  }
  numbers: {
    /** Whether these keys are a check's of that number of ours. Each token counts once. */
    recogniseCall: (came: { token: string; countryId: string; kind: LineFacts['kind'] }) => Promise<boolean>
  }
  workers: {
    /** The language chosen last by whoever rang or gave this number; null: nobody did, or several who differ. */
    findLanguageOfNumber: (caller: { countryId: string; number: string }) => Promise<string | null>
  }
  agents: {
    listPhones: () => Promise<readonly AgentPhoneFacts[]>
    phoneReachable: (phone: { sipUser: string; isReachable: boolean }) => Promise<unknown>
    /** Holds the agent who has been free longest for this call alone, however many processes ask. */
    holdForCall: (wish: { callId: string; countryId: string; languageCode: string }) => Promise<Sought>
    /** Without an agent's id: whoever the call holds. One who talks already is left. */
    releaseFromCall: (release: { callId: string; agentUserId: string | null; status: 'free' | 'away' }) => Promise<unknown>
  }
}
