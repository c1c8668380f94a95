import type { User } from '../../platform/http/policy.ts'
import type { LiveChange } from '../../platform/live/announce.ts'
import type { TopicOptions } from '../../platform/live/topic.ts'
import { AGENT_MOVED, type AgentDeps, findAgentView, listAgents } from '../agents/service.ts'
import {
  CALLBACK_CHANGED,
  CALLBACK_TAKEN_BACK,
  CALLBACKS_PLANNED,
  type CallbackDeps,
  findCallbackRows,
  listBoardCallbacks,
} from '../callbacks/service.ts'
import { type CallDeps, findCallView, listLiveCalls } from '../calls/service.ts'
import { findCountry, listCountries } from '../countries/service.ts'
import { findVoicemailView, listNewestVoicemails } from '../voicemails/service.ts'
import type { Board, BoardChange } from './contract.ts'
import { type BoardReader, frameFor, isTheirCall, mayBeOnBoard, speaks } from './rules.ts'

/** Announced by this process when its connection to Asterisk came or went; Postgres does not know. */
export const TELEPHONY_CHANGED = 'telephony.changed'

export type BoardDeps = CallDeps & CallbackDeps & AgentDeps & { isTelephonyConnected: () => boolean }

/** Topic "board": what supervisors and agents see now, each of their own countries. */
export function boardTopic(deps: BoardDeps): TopicOptions<BoardChange | null> {
  // What agents speak, read with their snapshot and again when they change: frames are filtered without the database.
  const spoken = new Map<string, readonly string[]>()
  const readerOf = ({ id, role, countryIds }: User): BoardReader => ({
    countryIds,
    ...(role === 'agent' && { agent: { userId: id, languageCodes: spoken.get(id) ?? [] } }),
  })
  return {
    policy: { roles: ['supervisor', 'agent'] },
    on: ['call.changed', CALLBACK_CHANGED, CALLBACK_TAKEN_BACK, 'agent.changed', 'voicemail.changed', 'country.changed', TELEPHONY_CHANGED],
    resyncOn: [CALLBACKS_PLANNED, AGENT_MOVED],
    snapshot: async (user) => {
      if (user.role === 'agent') spoken.set(user.id, (await findAgentView(deps, user.id))?.languageCodes ?? [])
      return snapshot(deps, readerOf(user))
    },
    loadAll: async (changes) => {
      const loaded = await loadAll(deps, changes)
      for (const one of loaded) if (one?.kind === 'agent') spoken.set(one.agent.userId, one.agent.languageCodes)
      return loaded
    },
    toFrame: (user, { topic, id }, loaded) => {
      if (topic === CALLBACK_TAKEN_BACK) return loaded && id.endsWith(user.id) ? loaded : null
      return loaded && frameFor(readerOf(user), loaded)
    },
  }
}

async function snapshot(deps: BoardDeps, reader: BoardReader): Promise<Board> {
  const { countryIds } = reader
  const isMine = ({ countryId }: { countryId: string }) => countryIds.includes(countryId)
  const [countries, calls, callbacks, agents, voicemails] = await Promise.all([
    listCountries(deps),
    listLiveCalls(deps),
    listBoardCallbacks(deps, reader),
    listAgents(deps, countryIds),
    listNewestVoicemails(deps, countryIds, 20),
  ])
  return {
    countries: countries.filter(({ id }) => countryIds.includes(id)),
    calls: calls.filter((call) => isMine(call) || isTheirCall(reader, call)),
    callbacks: callbacks.filter(mayBeOnBoard),
    agents,
    voicemails: voicemails.filter((voicemail) => speaks(reader, voicemail)),
    isTelephonyConnected: deps.isTelephonyConnected(),
  }
}

/** Reads what changed, once for everybody who listens; null for what is gone. Callbacks, of which there are many, all in one go. */
async function loadAll(deps: BoardDeps, changes: readonly LiveChange[]): Promise<(BoardChange | null)[]> {
  const callbackIds = changes.flatMap(({ topic, id }) => (topic === CALLBACK_CHANGED ? id : []))
  const callbacks = await findCallbackRows(deps, callbackIds)
  const loaded: (BoardChange | null)[] = []
  for (const change of changes) {
    const callback = callbacks.get(change.id)
    loaded.push(callback ? { kind: 'callback', callback } : await load(deps, change))
  }
  return loaded
}

async function load(deps: BoardDeps, { topic, id }: LiveChange): Promise<BoardChange | null> {
  switch (topic) {
    case 'call.changed': {
      const call = await findCallView(deps, id)
      return call ? { kind: 'call', call } : null
    }
    case CALLBACK_TAKEN_BACK:
      return { kind: 'callback-gone', id: id.split(' ')[0]! }
    case 'agent.changed': {
      const agent = await findAgentView(deps, id)
      return agent ? { kind: 'agent', agent } : null
    }
    case 'voicemail.changed': {
      const voicemail = await findVoicemailView(deps, id)
      return voicemail ? { kind: 'voicemail', voicemail } : null
    }
    case 'country.changed': {
      const country = await findCountry(deps, id)
      return country ? { kind: 'country', country } : null
    }
    case TELEPHONY_CHANGED:
      return { kind: 'telephony', isConnected: deps.isTelephonyConnected() }
    default:
      return null
  }
}
