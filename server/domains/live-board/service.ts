import type { User } from '../../platform/http/policy.ts'
import type { LiveChange } from '../../platform/live/announce.ts'
import type { TopicOptions } from '../../platform/live/topic.ts'
import { type AgentDeps, findAgentView, listAgents } from '../agents/service.ts'
import { type CallbackDeps, findCallbackRow, listBoardCallbacks } from '../callbacks/service.ts'
import { type CallDeps, findCallView, listLiveCalls } from '../calls/service.ts'
import { findCountry, listCountries } from '../countries/service.ts'
import { findVoicemailView, listNewestVoicemails } from '../voicemails/service.ts'
import type { Board, BoardChange } from './contract.ts'
import { frameFor, mayBeOnBoard } from './rules.ts'

/** Announced by this process when its connection to Asterisk came or went; Postgres does not know. */
export const TELEPHONY_CHANGED = 'telephony.changed'

export type BoardDeps = CallDeps & CallbackDeps & AgentDeps & { isTelephonyConnected: () => boolean }

/** Topic "board": what supervisors and agents see now, each of their own countries. */
export function boardTopic(deps: BoardDeps): TopicOptions<BoardChange | null> {
  return {
    policy: { roles: ['supervisor', 'agent'] },
    on: ['call.changed', 'callback.changed', 'agent.changed', 'voicemail.changed', 'country.changed', TELEPHONY_CHANGED],
    snapshot: (user) => snapshot(deps, user),
    load: (change) => load(deps, change),
    toFrame: (user, _change, loaded) => loaded && frameFor(user, loaded),
  }
}

async function snapshot(deps: BoardDeps, user: User): Promise<Board> {
  const isMine = ({ countryId }: { countryId: string }) => user.countryIds.includes(countryId)
  const [countries, calls, callbacks, agents, voicemails] = await Promise.all([
    listCountries(deps),
    listLiveCalls(deps),
    listBoardCallbacks(deps, user.countryIds),
    listAgents(deps, user.countryIds),
    listNewestVoicemails(deps, user.countryIds, 20),
  ])
  return {
    countries: countries.filter(({ id }) => user.countryIds.includes(id)),
    calls: calls.filter(isMine),
    callbacks: callbacks.filter(mayBeOnBoard),
    agents,
    voicemails,
    isTelephonyConnected: deps.isTelephonyConnected(),
  }
}

/** Reads the thing that changed, once for everybody who listens; null when it is gone. */
async function load(deps: BoardDeps, { topic, id }: LiveChange): Promise<BoardChange | null> {
  switch (topic) {
    case 'call.changed': {
      const call = await findCallView(deps, id)
      return call ? { kind: 'call', call } : null
    }
    case 'callback.changed': {
      const callback = await findCallbackRow(deps, id)
      if (!callback) return null
      return { kind: 'callback', callback }
    }
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
