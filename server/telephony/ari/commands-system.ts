/** Verbs about Asterisk itself: who is there, the phones pushed to it, its state. */
import { orEndedAlready } from './call.ts'
import type { CommandDeps } from './command-deps.ts'
import type { AriCommands, Endpoint } from './face.ts'
import { fits, mustFit } from './names.ts'
import { Unfit, fields, instant, legFacts, list, text, thoseThatFit } from './read.ts'

type SystemVerbs =
  'setGlobalVariable' | 'sendText' | 'listChannels' | 'listApplications' | 'listEndpoints' | 'putConfig' | 'deleteConfig' | 'ping' | 'info'

export function systemCommands({ call, http }: CommandDeps): Pick<AriCommands, SystemVerbs> {
  return {
    async sendText({ to, from, body }) {
      mustFit('endpoints.sendMessage', 'textTo', to)
      mustFit('endpoints.sendMessage', 'textFrom', from)
      // Not through ari-client, which takes a parameter named "body" for the request's own.
      const ask = { operation: 'endpoints.sendMessage', method: 'PUT', path: '/ari/endpoints/sendMessage' } as const
      await call('endpoints.sendMessage', undefined, () => http.send({ ...ask, body: JSON.stringify({ to, from, body }) }))
    },

    async setGlobalVariable(variable, value) {
      mustFit('asterisk.setGlobalVar', 'variable', variable)
      await call('asterisk.setGlobalVar', undefined, (ari) => ari.asterisk.setGlobalVar({ variable, value }))
    },

    async listChannels() {
      return call(
        'channels.list',
        undefined,
        (ari) => ari.channels.list(),
        (reply) => thoseThatFit(reply, legFacts),
      )
    },

    async listApplications() {
      return call(
        'applications.list',
        undefined,
        (ari) => ari.applications.list(),
        (reply) => thoseThatFit(reply, application),
      )
    },

    async listEndpoints(tech) {
      return call(
        'endpoints.listByTech',
        undefined,
        (ari) => ari.endpoints.listByTech({ tech }),
        (reply) => thoseThatFit(reply, endpoint),
      )
    },

    async putConfig({ objectType, id }, values) {
      mustFit('asterisk.updateObject', 'config', objectType, id, ...Object.keys(values))
      const ask = {
        configClass: 'res_pjsip',
        objectType,
        id,
        fields: Object.entries(values).map(([attribute, value]) => ({ attribute, value })),
      }
      await call('asterisk.updateObject', undefined, (ari) => ari.asterisk.updateObject(ask))
    },

    async deleteConfig({ objectType, id }) {
      mustFit('asterisk.deleteObject', 'config', objectType, id)
      const ask = { configClass: 'res_pjsip', objectType, id }
      await orEndedAlready(call('asterisk.deleteObject', undefined, (ari) => ari.asterisk.deleteObject(ask)))
    },

    async ping() {
      await call(
        'asterisk.ping',
        undefined,
        (ari) => ari.asterisk.ping(),
        (reply) => text(fields(reply, 'ping').ping, 'ping'),
      )
    },

    async info() {
      return call('asterisk.getInfo', undefined, (ari) => ari.asterisk.getInfo(), asteriskInfo)
    },
  }
}

function application(value: unknown) {
  const { name, channel_ids: channels, bridge_ids: bridges } = fields(value, 'application')
  if (!fits('application', name)) throw new Unfit('refused', 'application')
  return { name, channelIds: ids(channels), bridgeIds: ids(bridges) }
}

function endpoint(value: unknown): Endpoint {
  const { technology, resource, state, channel_ids: channels } = fields(value, 'endpoint')
  const address = `${text(technology, 'technology')}/${text(resource, 'resource', 100)}`
  return { endpoint: address, state: state === 'online' || state === 'offline' ? state : 'unknown', channelIds: ids(channels) }
}

function ids(value: unknown): string[] {
  return list(value, 'ids').filter((id) => fits('id', id))
}

function asteriskInfo(reply: unknown) {
  const { system, status } = fields(reply, 'info')
  return { version: text(fields(system, 'system').version, 'version'), startedAt: instant(fields(status, 'status').startup_time, 'start') }
}
