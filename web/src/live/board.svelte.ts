import type { AgentView } from '../../../server/domains/agents/contract.ts'
import type { CallbackRow } from '../../../server/domains/callbacks/contract.ts'
import type { CallView } from '../../../server/domains/calls/contract.ts'
import type { Country } from '../../../server/domains/countries/contract.ts'
import type { Board, BoardChange } from '../../../server/domains/live-board/contract.ts'
import type { VoicemailView } from '../../../server/domains/voicemails/contract.ts'
import { currentMs } from '../text/time.svelte.ts'
import { followTopic } from './socket.ts'

const SHOW_ENDED_CALLS = 6

/** The live board: a snapshot and the changes since. What is shown stays while the socket is lost, marked stale. */
export class LiveBoard {
  #countries = $state<Country[]>([])
  #calls = $state<CallView[]>([])
  #callbacks = $state<CallbackRow[]>([])
  #agents = $state<AgentView[]>([])
  #voicemails = $state<VoicemailView[]>([])
  #isTelephonyConnected = $state(true)
  #isLoaded = $state(false)
  #isConnected = $state(false)
  #lastHeardAt = $state<number | null>(null)

  get countries() {
    return this.#countries
  }
  get calls() {
    return this.#calls
  }
  /** By promised time, soonest first. */
  get callbacks() {
    return this.#callbacks.toSorted((a, b) => a.dueAt.localeCompare(b.dueAt))
  }
  get agents() {
    return this.#agents
  }
  get voicemails() {
    return this.#voicemails
  }
  get isTelephonyConnected() {
    return this.#isTelephonyConnected
  }
  get isLoaded() {
    return this.#isLoaded
  }
  get isStale() {
    return this.#isLoaded && !this.#isConnected
  }
  /** Milliseconds since 1970 of the last frame; null before the first. */
  get lastHeardAt() {
    return this.#lastHeardAt
  }

  /** Starts following. @returns how to stop */
  follow(): () => void {
    return followTopic('board', {
      onSnapshot: (data) => this.#load(data as Board),
      onChange: (data) => this.#apply(data as BoardChange),
      onConnected: (isConnected) => {
        this.#isConnected = isConnected
        if (isConnected) this.#lastHeardAt = currentMs()
      },
    })
  }

  #load(board: Board): void {
    this.#countries = board.countries
    this.#calls = board.calls
    this.#callbacks = board.callbacks
    this.#agents = board.agents
    this.#voicemails = board.voicemails
    this.#isTelephonyConnected = board.isTelephonyConnected
    this.#isLoaded = true
  }

  #apply(change: BoardChange): void {
    switch (change.kind) {
      case 'call':
        this.#calls = keepEndedFew(replace(this.#calls, change.call))
        break
      case 'callback':
        this.#callbacks = replace(this.#callbacks, change.callback)
        break
      case 'callback-gone':
        this.#callbacks = this.#callbacks.filter((callback) => callback.id !== change.id)
        break
      case 'agent':
        this.#agents = replace(this.#agents, change.agent, (agent) => agent.userId)
        break
      case 'voicemail':
        this.#voicemails = replace(this.#voicemails, change.voicemail).toSorted((a, b) => b.leftAt.localeCompare(a.leftAt))
        break
      case 'country':
        this.#countries = replace(this.#countries, change.country)
        break
      case 'telephony':
        this.#isTelephonyConnected = change.isConnected
        break
    }
  }
}

/** Puts the new state of one thing in its place; a new thing goes last, so that no row jumps while it is read. */
function replace<T>(list: T[], item: T, idOf: (item: T) => string = (thing) => (thing as { id: string }).id): T[] {
  const index = list.findIndex((other) => idOf(other) === idOf(item))
  return index < 0 ? [...list, item] : list.with(index, item)
}

function keepEndedFew(calls: CallView[]): CallView[] {
  const ended = calls.filter((call) => call.status === 'ended')
  const dropped = new Set(ended.slice(0, Math.max(0, ended.length - SHOW_ENDED_CALLS)))
  return calls.filter((call) => !dropped.has(call))
}
