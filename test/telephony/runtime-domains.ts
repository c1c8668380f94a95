/** The domains as telephony sees them, in memory: what they were told, in order, and a database that can be away. */
import { EventEmitter, once } from 'node:events'
import type { HeldAgent } from '../../server/telephony/flow/types.ts'
import type { ArrivedText } from '../../server/domains/texts/service.ts'
import type { KnownCall, LineFacts, OpenCall, Sought, TelephonyServices, Voicemail } from '../../server/telephony/runtime/ports.ts'
import { callingHours } from '../helpers/hours.ts'

export const CARD_INDIA = '+918069000001'
export const CARD_BANGLADESH = '+8809610000001'
export const CALLBACK_BANGLADESH = '+8809610000002'

type OwnFacts = Pick<LineFacts, 'did' | 'countryId' | 'trunkIds' | 'kind' | 'languageCodes'>
/** A line that answers as usual, day and night, and rings no agents. */
const lineFacts = (own: OwnFacts): LineFacts => ({
  fixedLanguageCode: null,
  hours: callingHours({ opensAtLocal: '00:00', closesAtLocal: '23:59' }),
  answeringMode: 'answer',
  emergencyNumber: null,
  queueLimitSeconds: 0,
  ...own,
})

type Row = KnownCall & {
  callId: string
  channelId: string
  callerNumber: string | null
  flowState: unknown
  steps: string[]
  endReason?: string
}

export class MemoryDomains {
  /** One line per thing told, in the order it was told. */
  readonly told: string[] = []
  readonly calls = new Map<string, Row>()
  readonly voicemails: Voicemail[] = []
  readonly texts: ArrivedText[] = []
  readonly phones = [{ sipUser: 'agent-ab12', sipPasswordDigest: 'd41d8cd98f00b204e9800998ecf8427e' }]
  /** What a PIN lets its worker hear; null: nothing yet. */
  readonly statuses = new Map<string, Buffer | null>()
  /** What callers chose before, by the number they ring from. */
  readonly languages = new Map<string, string>()
  isAnybodyCalledBack = true
  /** Tries whose worker has refused since they were ordered. */
  readonly refusedAttempts = new Set<string>()
  #reserved = 0
  readonly reachable = new Map<string, boolean>()
  /** `<token> <kind of number>` of checks that are under way. */
  readonly checkTokens = new Set<string>()
  /** `<kind> <subject>` of what is on the board. */
  readonly alerts = new Set<string>()
  readonly lines: LineFacts[] = [
    lineFacts({ did: CARD_BANGLADESH, countryId: 'BD', trunkIds: ['bd-1'], kind: 'card', languageCodes: ['bn'] }),
    lineFacts({ did: CALLBACK_BANGLADESH, countryId: 'BD', trunkIds: ['bd-1', 'bd-2'], kind: 'callback', languageCodes: ['bn'] }),
    lineFacts({ did: CARD_INDIA, countryId: 'IN', trunkIds: ['in-1'], kind: 'card', languageCodes: ['hi', 'ta'] }),
  ]
  isAway = false
  /** Paths without `.wav`; all others are there. */
  readonly missingSounds = new Set<string>()
  /** `<language>/<prompt> <what was heard>` */
  readonly soundsMissed: string[] = []
  /** Calls that another process has, and since when. */
  readonly taken = new Map<string, Date>()
  /** Longest idle first; held once each. */
  readonly freeAgents: HeldAgent[] = []
  isAnyoneOnDuty = false
  /** Those that a call goes on over when one fails. */
  readonly nextTrunks: { trunkId: string; maxCallSeconds: number }[] = []
  /** Called before each thing is told: throw to refuse it, or wait. */
  before: (what: string) => Promise<void> | void = () => {}
  /** Called when a thing is told and done: throw, and whoever told it believes that it failed. */
  after: (what: string) => void = () => {}
  #process = 0
  readonly #told = new EventEmitter().setMaxListeners(0)

  /** Resolves when it fits, asked again whenever something was told. */
  async until(fits: () => boolean): Promise<void> {
    while (!fits()) await once(this.#told, 'told')
  }

  toldOf(callId: string): string[] {
    return this.told.filter((line) => line.startsWith(`${callId} `)).map((line) => line.slice(callId.length + 1))
  }

  /** The services as one process has them. What an earlier process asks from now on is never answered: it was killed. */
  servicesOfNewProcess(): TelephonyServices {
    const process = (this.#process += 1)
    return { ...this.#servicesOf(process), inOneTransaction: (work) => this.#inOneTransaction(process, work) }
  }

  /** What is told is there at the end, as a whole, or not at all. */
  async #inOneTransaction(process: number, work: Parameters<TelephonyServices['inOneTransaction']>[0]): Promise<void> {
    const told: (() => void)[] = []
    await work(this.#servicesOf(process, told))
    await this.#ask(process, () => {
      for (const each of told) each()
    })
  }

  /** @param transaction takes in what is told, to be done at its end */
  #servicesOf(process: number, transaction?: (() => void)[]): Omit<TelephonyServices, 'inOneTransaction'> {
    const ask = <T>(answer: () => T) => this.#ask(process, answer)
    const tell = (callId: string, what: string, change?: () => void) => this.#tell({ process, transaction }, callId, what, change)
    return {
      alerts: {
        raise: async ({ kind, subject }) => ask(() => this.alerts.add(`${kind} ${subject}`)),
        resolve: async ({ kind, subject }) => ask(() => this.alerts.delete(`${kind} ${subject}`)),
      },
      prompts: {
        soundMissing: async ({ language, name, heard }) => ask(() => this.soundsMissed.push(`${language}/${name} ${heard}`)),
      },
      numbers: { recogniseCall: async ({ token, kind }) => ask(() => this.checkTokens.delete(`${token} ${kind}`)) },
      countries: { loadLineFacts: async () => ask(() => new Map(this.lines.map((line) => [line.did, line]))) },
      calls: {
        recordArrived: (call) =>
          tell(call.callId, `arrived ${call.flow} ${call.did}`, () => {
            if (this.calls.has(call.callId)) return
            const { callId, channelId, flow, did, startedAt, callerE164: callerNumber } = call
            this.calls.set(callId, {
              callId,
              channelId,
              flow,
              did,
              startedAt,
              callerNumber,
              languageCode: null,
              isEnded: false,
              flowState: {},
              steps: [],
            })
          }),
        recordStep: ({ callId, name, languageCode }) =>
          tell(callId, `step ${name}`, () => {
            const row = this.#row(callId)
            row.steps.push(name)
            if (languageCode !== undefined) row.languageCode = languageCode
          }),
        saveFlowState: async (callId, state) => {
          const save = () => (this.#row(callId).flowState = JSON.parse(JSON.stringify(state)) as unknown)
          await ask(() => (transaction ? transaction.push(save) : save()))
        },
        endCall: ({ callId, reason }) =>
          tell(callId, `ended ${reason}`, () => {
            const row = this.#row(callId)
            if (!row.isEnded) row.endReason = reason
            row.isEnded = true
          }),
        listOpenCalls: async () => ask((): OpenCall[] => [...this.calls.values()].filter(({ isEnded }) => !isEnded)),
        takeOverCalls: async () => ask((): OpenCall[] | undefined => undefined),
        findTaken: async (ids) => ask(() => new Map([...this.taken].filter(([callId]) => ids.includes(callId)))),
        findCalls: async (ids) => ask(() => new Map(ids.flatMap((id) => (this.calls.has(id) ? [[id, this.#row(id)] as const] : [])))),
      },
      others: { listSilent: async () => ask(() => []), inPlaceOf: () => Promise.resolve(false) },
      texts: {
        ingestText: (text) =>
          tell(text.did, `text ${text.body.length} bytes`, () => {
            if (!this.texts.some(({ sameness }) => sameness === text.sameness)) this.texts.push(text)
          }),
      },
      voicemails: {
        ingestVoicemail: (voicemail) =>
          tell(
            voicemail.callId,
            `voicemail ${voicemail.languageCode} ${voicemail.durationMs} ms${voicemail.isCutOff ? ' cut off' : ''}`,
            () => {
              this.#row(voicemail.callId)
              if (!this.voicemails.some(({ spoolName }) => spoolName === voicemail.spoolName)) this.voicemails.push(voicemail)
            },
          ),
        recordContact: ({ callId, at: _, ...contact }) => tell(callId, `contact ${JSON.stringify(contact)}`),
        recordPinEntered: ({ callId, pin }) => tell(callId, `pin entered ${pin}`),
      },
      pins: {
        reservePins: async (count) => ask(() => Array.from({ length: count }, () => String((this.#reserved += 1)).padStart(10, '1234567'))),
        checkPin: async ({ pin }) => ask(() => ({ isFound: this.statuses.has(pin), status: this.statuses.get(pin) ?? null })),
      },
      callbacks: {
        recordMissedCall: async ({ callId }) => {
          await tell(callId, 'missed call')
          return this.isAnybodyCalledBack ? { callbackId: callId } : null
        },
        askCallback: ({ callId }) => tell(callId, 'callback asked'),
        conversationBegan: ({ callId, agentUserId }) => tell(callId, `conversation with ${agentUserId}`),
        mayStillRing: async (id) => ask(() => !this.refusedAttempts.has(id)),
        nextTrunk: async (id, { ended }) => {
          await tell(id, `trunk failed ${JSON.stringify(ended)}`)
          return this.nextTrunks.shift() ?? null
        },
        attemptRang: (id) => tell(id, 'rang'),
        attemptAnswered: (id) => tell(id, 'answered'),
        attemptConnected: (id) => tell(id, 'connected'),
        interpreterLeft: (id) => tell(id, 'interpreter left'),
        attemptEnded: (id, { ended }) => tell(id, `attempt ended ${JSON.stringify(ended)}`),
      },
      workers: { findLanguageOfNumber: async ({ number }) => ask(() => this.languages.get(number) ?? null) },
      agents: {
        listPhones: async () => ask(() => this.phones),
        phoneReachable: async ({ sipUser, isReachable }) => {
          await ask(() => this.reachable.set(sipUser, isReachable))
          this.#told.emit('told')
        },
        holdForCall: ({ callId, languageCode }) =>
          ask((): Sought => {
            const agent = this.freeAgents.shift()
            if (!agent) return { kind: 'none', isAnyoneOnDuty: this.isAnyoneOnDuty, place: 1, waitMinutes: null }
            this.told.push(`${callId} held ${agent.userId} for ${languageCode}`)
            return { kind: 'found', agent }
          }),
        releaseFromCall: ({ callId, agentUserId, status }) => tell(callId, `released ${agentUserId ?? 'all'} ${status}`),
      },
    }
  }

  async #tell(
    { process, transaction }: { process: number; transaction: (() => void)[] | undefined },
    callId: string,
    what: string,
    change: () => void = () => {},
  ): Promise<void> {
    await this.before(what)
    const done = () => {
      change()
      this.told.push(`${callId} ${what}`)
      this.#told.emit('told')
      this.after(what)
    }
    if (transaction) await this.#ask(process, () => transaction.push(done))
    else await this.#ask(process, done)
  }

  /** As Postgres does: an answer later, or none. */
  async #ask<T>(process: number, answer: () => T): Promise<T> {
    await new Promise((resolve) => setImmediate(resolve))
    if (process !== this.#process) return new Promise<T>(() => {})
    if (this.isAway) throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' })
    return answer()
  }

  #row(callId: string): Row {
    const row = this.calls.get(callId)
    if (!row) throw new Error(`call ${callId} is not known`)
    return row
  }
}
