/**
 * The link to Asterisk that never gives up.
 *
 *   idle ──start──▶ connecting ──roll-call read──▶ connected
 *                     ▲   │ failed: wait, longer each      │ lost
 *                     └───┴──────────◀─────────────────────┘
 *   any ──another process took our name──▶ replaced        any ──stop──▶ stopped
 *
 * connecting: an attempt is under way or waits its turn; commands still go out over the last client, for Asterisk may be
 * there while only the websocket is not. connected: events flow. replaced, stopped: nothing is left running.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createArrivals } from './arrivals.ts'
import { createCall } from './call.ts'
import type { AriClient } from './client.ts'
import { createCommands } from './commands.ts'
import { troubleOf } from './errors.ts'
import type { TelephonyEvent } from './events.ts'
import type { AriCommands, AriLink, AriLinkOptions, LinkCounters, LinkListeners, LinkState, LinkTiming, RollCall } from './face.ts'
import { createHttp } from './http.ts'
import type { AriHttp } from './http.ts'
import { createListeners } from './listeners.ts'
import { fits } from './names.ts'
import { runSession } from './session.ts'

const SECOND = 1000

export const DEFAULT_TIMING: LinkTiming = {
  commandDeadlineMs: 5 * SECOND,
  recordDeadlineMs: 15 * SECOND,
  fileIdleDeadlineMs: 10 * SECOND,
  // A half-open socket is noticed after at most 4 × 4 s.
  pingEveryMs: 4 * SECOND,
  unansweredPings: 3,
  firstRetryMs: 100,
  longestRetryMs: 5 * SECOND,
}

/** @throws TypeError for application names that Asterisk's lists could not hold */
export function createAriLink(options: AriLinkOptions): AriLink {
  for (const name of Object.values(options.applications)) {
    if (!fits('application', name)) throw new TypeError(`not an application name: ${name}`)
  }
  return new Link(options)
}

class Link implements AriLink {
  readonly commands: AriCommands
  readonly counters = zeroCounters()
  readonly #options: AriLinkOptions
  readonly #timing: LinkTiming
  readonly #authorization: string
  readonly #http: AriHttp
  readonly #listeners
  readonly #arrivals = createArrivals()
  readonly #stopping = new AbortController()
  #client: AriClient | undefined
  #state: LinkState = 'idle'
  #trouble = 'not started'
  #running: Promise<void> | undefined

  constructor(options: AriLinkOptions) {
    const timing = { ...DEFAULT_TIMING, ...options.timing }
    this.#options = options
    this.#timing = timing
    this.#authorization = `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`
    this.#http = createHttp({
      url: options.url,
      authorization: this.#authorization,
      deadlineMs: (operation) => (operation === 'channels.record' ? timing.recordDeadlineMs : timing.commandDeadlineMs),
      fileIdleDeadlineMs: timing.fileIdleDeadlineMs,
      onRequest: () => (this.counters.requests += 1),
    })
    this.commands = createCommands({
      call: createCall(() => this.#client, this.counters.failures),
      http: this.#http,
      callsApplication: options.applications.calls,
      arrivals: this.#arrivals,
      deadlineMs: timing.commandDeadlineMs,
      rollCallVariables: options.rollCallVariables,
    })
    this.#listeners = createListeners<LinkListeners>((listener, error) => {
      this.counters.listenerErrors += 1
      options.log.error({ listener, err: error }, 'listener failed')
    })
  }

  get state(): LinkState {
    return this.#state
  }

  get trouble(): string {
    return this.#trouble
  }

  on<Name extends keyof LinkListeners>(name: Name, listener: LinkListeners[Name]): () => void {
    return this.#listeners.add(name, listener)
  }

  start(): void {
    if (this.#state !== 'idle') return
    this.#state = 'connecting'
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    if (this.#state !== 'replaced') this.#end('stopped')
    await Promise.all([this.#http.close(), this.#running])
    this.#client = undefined
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    for (let failures = 0; !signal.aborted;) {
      try {
        const reason = await runSession(this.#session(), signal)
        if (!signal.aborted) this.#lost(reason)
        failures = 0
      } catch (error) {
        if (!signal.aborted) this.#failed(error)
        failures += 1
      }
      await this.#pause(failures, signal)
    }
  }

  #session() {
    return {
      options: this.#options,
      timing: this.#timing,
      authorization: this.#authorization,
      http: this.#http,
      commands: this.commands,
      counters: this.counters,
      onClient: (client: AriClient) => (this.#client = client),
      onConnected: (rollCall: RollCall) => {
        this.#state = 'connected'
        this.#trouble = ''
        this.counters.connects += 1
        const { channels, storedRecordings, asterisk } = rollCall
        this.#options.log.info({ channels: channels.length, recordings: storedRecordings.length, ...asterisk }, 'connected to Asterisk')
        this.#listeners.tell('connected', rollCall)
      },
      onEvent: (event: TelephonyEvent) => {
        this.#arrivals.notice(event)
        this.#listeners.tell('event', event)
      },
      onReplaced: () => this.#replaced(),
    }
  }

  #lost(reason: string): void {
    this.counters.disconnects += 1
    this.#state = 'connecting'
    this.#trouble = reason
    this.#options.log.warn({ reason }, 'lost Asterisk')
    this.#listeners.tell('disconnected', reason)
  }

  #failed(error: unknown): void {
    this.counters.failedAttempts += 1
    const trouble = troubleOf(error)
    // Once per kind of trouble: an Asterisk that is away for an hour fails 720 times in the same way.
    if (trouble !== this.#trouble) this.#options.log.warn({ trouble }, 'cannot connect to Asterisk')
    this.#trouble = trouble
  }

  #replaced(): void {
    if (this.#state === 'replaced' || this.#state === 'stopped') return
    this.#end('replaced')
    this.#options.log.error({ applications: this.#options.applications }, 'another process has taken our application')
    this.#listeners.tell('replaced')
  }

  #end(state: 'stopped' | 'replaced'): void {
    this.#state = state
    this.#trouble = state
    this.#stopping.abort()
  }

  /** Doubles from attempt to attempt; the jitter keeps several services from coming back in step. */
  async #pause(failures: number, signal: AbortSignal): Promise<void> {
    const { firstRetryMs, longestRetryMs } = this.#timing
    const longest = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 16))
    // Rejects when stopped, which the loop sees for itself.
    await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
  }
}

function zeroCounters(): LinkCounters {
  return {
    requests: 0,
    failures: { gone: 0, refused: 0, deadline: 0, network: 0, rubbish: 0, notConnected: 0 },
    events: 0,
    dropped: { malformed: 0, unknown: 0, refused: 0 },
    connects: 0,
    disconnects: 0,
    failedAttempts: 0,
    listenerErrors: 0,
  }
}
