/** What the auditor's page knows: whose phone it is, their visits, what waits to be sent, and whether the server can be reached. */
import { ApiError, Unreachable } from '../api/http.ts'
import { signIn, signOut } from '../api/session.ts'
import { currentMs } from '../text/time.svelte.ts'
import * as api from './api.ts'
import { takeAudioAlong } from './consent-audio.ts'
import { forgetDrafts } from './draft.svelte.ts'
import { sealEntry } from './seal.ts'
import * as store from './store.ts'

/** `signed-out`: reachable, but the session has ended: entries are taken and wait for the next sign-in. */
export type Link = 'asking' | 'online' | 'offline' | 'signed-out'
export class NotAnAuditor extends Error {}

/** Entries in one request: a cut loses no more than the answer to these, and they are sent again. */
const BATCH = 20

class Intake {
  #setup = $state<api.IntakeSetup | null | undefined>(undefined)
  #link = $state<Link>('asking')
  #entries = $state.raw<store.StoredEntry[]>([])
  #tallies = $state<Record<string, store.Tally>>({})
  #lastSentMs = $state<number | undefined>(undefined)
  #isSending = $state(false)
  #problem = $state('')
  #lastTurn: Promise<void> = Promise.resolve()

  /** Undefined until the phone's storage was read; null: nobody has signed in on this phone. */
  get setup() {
    return this.#setup
  }
  get link() {
    return this.#link
  }
  get lastSentMs() {
    return this.#lastSentMs
  }
  get isSending() {
    return this.#isSending
  }
  /** Why the last sending was refused, in the server's words. */
  get problem() {
    return this.#problem
  }

  get #own() {
    return this.#entries.filter(({ auditorUserId }) => auditorUserId === this.#setup?.auditor.id)
  }
  unsentOf(auditId: string): number {
    return this.#own.filter((entry) => entry.auditId === auditId && !entry.problem).length
  }
  unopenedOf(auditId: string): number {
    return this.#own.filter((entry) => entry.auditId === auditId && entry.problem).length
  }
  get unsent(): number {
    return this.#own.filter(({ problem }) => !problem).length
  }
  /** Sealed entries of visits that are no longer among this auditor's open ones. */
  get stranded(): number {
    const ids = new Set(this.#setup?.visits.map(({ auditId }) => auditId))
    return this.#own.filter(({ auditId }) => !ids.has(auditId)).length
  }
  /** Entries another auditor made on this phone: only they can send them. */
  get ofOthers(): number {
    return this.#entries.length - this.#own.length
  }
  tallyOf(auditId: string): store.Tally | undefined {
    return this.#tallies[auditId]
  }
  /** Sent from here to visits that were closed meanwhile, and kept for a supervisor. */
  get keptElsewhere(): number {
    const ids = new Set(this.#setup?.visits.map(({ auditId }) => auditId))
    return Object.entries(this.#tallies).reduce((sum, [auditId, { kept }]) => (ids.has(auditId) ? sum : sum + kept.length), 0)
  }

  /** Shows what the phone has, then asks the server. */
  async open(): Promise<void> {
    await this.#readStore()
    await this.refresh()
  }

  /** Asks who is signed in and for the visits, and sends what waits. @throws NotAnAuditor */
  refresh(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#reaching(async () => this.#take(await api.whoAmI()))
      if (this.#link === 'online') await this.#send()
    })
  }

  /** @throws ApiError, Unreachable, NotAnAuditor */
  async signIn(email: string, password: string): Promise<void> {
    await this.#take(await signIn(email, password))
    await this.refresh()
  }

  /** @throws ApiError, Unreachable: then nobody is signed out, and the phone says so */
  signOut(): Promise<void> {
    return this.#inTurn(async () => {
      await signOut().catch((error: unknown) => {
        // The session is over already.
        if (!(error instanceof ApiError) || error.status !== 401) throw error
      })
      forgetDrafts()
      await store.forgetSetup()
      await this.#readStore()
      this.#link = 'signed-out'
    })
  }

  /** Seals at once, keeps the sealed entry on the disk, then sends if it can: the promise ends when it is kept, not when it is sent. */
  async add(auditId: string, entry: api.IntakeEntry): Promise<void> {
    const { key, auditor } = this.#setup!
    const binding = { auditId, entryId: crypto.randomUUID(), keyId: key.id, auditorUserId: auditor.id }
    await store.putEntry({ ...binding, sealed: await sealEntry(key.publicKey, binding, entry) })
    this.#entries = await store.listEntries()
    // Else a browser short of room may clear what a site has kept. Refused, it is as before.
    void navigator.storage?.persist?.()
    if (this.#link === 'online') void this.#inTurn(() => this.#send())
  }

  /** Closes a visit of which everything was sent. @throws ApiError, Unreachable */
  close(auditId: string): Promise<api.CloseAuditResult> {
    return api.closeVisit(auditId)
  }

  /** Gives up what the server could not open. */
  async dropUnopened(auditId: string): Promise<void> {
    for (const { entryId } of this.#own.filter((entry) => entry.auditId === auditId && entry.problem)) await store.dropEntry(entryId)
    await this.#readStore()
  }

  /** Sends what waits, visit by visit. Cut anywhere, it is sent again: the server knows each entry by its id. */
  async #send(): Promise<void> {
    if (this.#isSending || this.unsent === 0) return
    this.#isSending = true
    this.#problem = ''
    try {
      // Two tabs would send the same twice: harmless, but it counts in neither.
      await navigator.locks.request('ringback-intake-send', () => this.#reaching(() => this.#sendAll()))
    } finally {
      await this.#readStore()
      this.#isSending = false
    }
  }

  async #sendAll(): Promise<void> {
    const waiting = this.#own.filter(({ problem }) => !problem)
    for (const auditId of new Set(waiting.map((entry) => entry.auditId))) {
      const ofVisit = waiting.filter((entry) => entry.auditId === auditId)
      for (let from = 0; from < ofVisit.length; from += BATCH) await this.#sendBatch(auditId, ofVisit.slice(from, from + BATCH))
    }
    await this.#keep(await api.getSetup())
  }

  async #sendBatch(auditId: string, entries: store.StoredEntry[]): Promise<void> {
    const sealed = entries.map(({ entryId, keyId, sealed: envelope }) => ({ entryId, keyId, sealed: envelope }))
    const { results } = await api.sendEntries(auditId, sealed).catch((error: unknown) => {
      // This visit is refused, others may not be; its entries stay.
      if (!(error instanceof ApiError) || error.status === 401) throw error
      this.#problem = error.message
      return { results: [] as api.IntakeResult[] }
    })
    await store.settleEntries(
      results.flatMap((result): store.Settled[] => {
        if (result.status === 'accepted') return [{ entryId: result.entryId, isDuplicate: result.isDuplicateNumber }]
        return result.status === 'kept' ? [{ entryId: result.entryId, keptCode: result.code }] : []
      }),
      currentMs(),
    )
    for (const result of results) {
      const entry = entries.find(({ entryId }) => entryId === result.entryId)
      if (result.status === 'unopened' && entry) await store.putEntry({ ...entry, problem: result.code })
    }
  }

  /** One after the other: of two that overlap, the older answer would have the last word on whether there is a connection. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#lastTurn.then(work)
    // Whoever asked is told of a failure; the next one in the row is not.
    this.#lastTurn = turn.catch(() => {})
    return turn
  }

  /** What every request of this page teaches about the connection. */
  async #reaching(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
      this.#link = 'online'
    } catch (error) {
      if (error instanceof Unreachable) this.#link = 'offline'
      else if (error instanceof ApiError && error.status === 401) this.#link = 'signed-out'
      // A proxy without its server answers 502 and the like: as good as no answer.
      else if (error instanceof ApiError && error.status >= 500) this.#link = 'offline'
      else if (error instanceof ApiError) this.#problem = error.message
      else throw error
    }
  }

  async #take(user: Awaited<ReturnType<typeof api.whoAmI>>): Promise<void> {
    if (user.role !== 'auditor') throw new NotAnAuditor()
    if (user.id !== this.#setup?.auditor.id) forgetDrafts()
    await this.#keep(await api.getSetup())
    this.#link = 'online'
  }

  async #keep(setup: api.IntakeSetup): Promise<void> {
    await store.saveSetup(setup)
    await this.#readStore()
    await takeAudioAlong(setup)
  }

  async #readStore(): Promise<void> {
    const kept = await store.readSetup()
    this.#setup = kept?.setup ?? null
    this.#lastSentMs = kept?.lastSentMs
    this.#entries = await store.listEntries()
    this.#tallies = await store.readTallies()
  }
}

export const intake = new Intake()
