/** Verbs between the services that share an Asterisk. */
import type { Call } from './call.ts'
import type { CommandDeps } from './command-deps.ts'
import { AriRefused, ChannelGone } from './errors.ts'
import type { AriCommands } from './face.ts'
import { mustFit, SERVICE_WORDS } from './names.ts'
import { legsIn } from './roll-call.ts'

/** Asterisk counts a subscription for the leg and one for each bridge it was in. */
const MOST_SUBSCRIPTIONS = 8

type Deps = Pick<CommandDeps, 'call' | 'callsApplication'> & { rollCallVariables: string[]; getVariables: AriCommands['getVariables'] }

export function otherServicesCommands(deps: Deps): Pick<AriCommands, 'adopt' | 'listLegsOf' | 'sayTo'> {
  const { call, callsApplication } = deps
  return {
    async adopt(channelId, fromApplication) {
      mustFit('channels.move', 'id', channelId)
      mustFit('channels.move', 'application', fromApplication)
      const ask = { applicationName: callsApplication, eventSource: `channel:${channelId}` }
      await call('applications.subscribe', channelId, (ari) => ari.applications.subscribe(ask))
      try {
        await call('channels.move', channelId, (ari) => ari.channels.move({ channelId, app: callsApplication, appArgs: 'adopted' }))
      } catch (error) {
        if (!(error instanceof ChannelGone)) throw error
        // A phone that rings is in no application yet.
      }
      // Else the dead service, once it is back, would find the leg in its own roll-call.
      await unsubscribe(call, fromApplication, channelId)
    },

    async listLegsOf(application) {
      mustFit('applications.get', 'application', application)
      return call(
        'applications.get',
        undefined,
        (ari) => legsIn(ari, application, deps),
        (legs) => legs,
      )
    },

    async sayTo(application, word) {
      mustFit('events.userEvent', 'service', application)
      const ask = { eventName: SERVICE_WORDS[word], application, variables: { from: callsApplication } }
      await call('events.userEvent', undefined, (ari) => ari.events.userEvent(ask))
    },
  }
}

/** Until Asterisk says 422, as nothing is left, or 404, as the application is gone with its last leg. */
async function unsubscribe(call: Call, applicationName: string, channelId: string): Promise<void> {
  const ask = { applicationName, eventSource: `channel:${channelId}` }
  try {
    for (let tries = 0; tries < MOST_SUBSCRIPTIONS; tries++) {
      await call('applications.unsubscribe', undefined, (ari) => ari.applications.unsubscribe(ask))
    }
  } catch (error) {
    if (!(error instanceof AriRefused)) throw error
  }
}
