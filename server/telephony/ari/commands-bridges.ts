/** Verbs about bridges: what joins the legs of one conversation. */
import { orEndedAlready } from './call.ts'
import type { CommandDeps } from './command-deps.ts'
import type { AriCommands } from './face.ts'
import { mustFit } from './names.ts'

type BridgeVerbs = 'createBridge' | 'addToBridge' | 'removeFromBridge' | 'destroyBridge'

export function bridgeCommands({ call }: CommandDeps): Pick<AriCommands, BridgeVerbs> {
  return {
    async createBridge(bridgeId) {
      mustFit('bridges.create', 'id', bridgeId)
      await call('bridges.create', undefined, (ari) => ari.bridges.create({ bridgeId, type: 'mixing' }))
    },

    async addToBridge(bridgeId, channel) {
      mustFit('bridges.addChannel', 'id', bridgeId, channel)
      const ask = { bridgeId, channel, inhibitConnectedLineUpdates: true }
      await call('bridges.addChannel', channel, (ari) => ari.bridges.addChannel(ask))
    },

    async removeFromBridge(bridgeId, channel) {
      mustFit('bridges.removeChannel', 'id', bridgeId, channel)
      await orEndedAlready(call('bridges.removeChannel', channel, (ari) => ari.bridges.removeChannel({ bridgeId, channel })))
    },

    async destroyBridge(bridgeId) {
      mustFit('bridges.destroy', 'id', bridgeId)
      await orEndedAlready(call('bridges.destroy', undefined, (ari) => ari.bridges.destroy({ bridgeId })))
    },
  }
}
