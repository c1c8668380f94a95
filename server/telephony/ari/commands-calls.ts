/** Verbs about one leg of a call. */
import type { Call } from './call.ts'
import { orEndedAlready, orNotSet, orUndefined } from './call.ts'
import type { CommandDeps } from './command-deps.ts'
import type { AriCommands } from './face.ts'
import { mustFit } from './names.ts'
import { channelFacts, fields, textOr } from './read.ts'

type CallVerbs =
  | 'answer'
  | 'play'
  | 'stopPlayback'
  | 'hangUp'
  | 'ring'
  | 'ringStop'
  | 'setVariable'
  | 'setVariables'
  | 'getVariables'
  | 'continueInDialplan'
  | 'claim'
  | 'findChannel'

export function callCommands({ call, callsApplication }: CommandDeps): Pick<AriCommands, CallVerbs> {
  return {
    async answer(channelId) {
      mustFit('channels.answer', 'id', channelId)
      await call('channels.answer', channelId, (ari) => ari.channels.answer({ channelId }))
    },

    async play(channelId, media, playbackId) {
      mustFit('channels.play', 'id', channelId, playbackId)
      mustFit('channels.play', 'media', ...media)
      await call('channels.play', channelId, (ari) => ari.channels.play({ channelId, media, playbackId }))
    },

    async stopPlayback(playbackId) {
      mustFit('playbacks.stop', 'id', playbackId)
      await orEndedAlready(call('playbacks.stop', undefined, (ari) => ari.playbacks.stop({ playbackId })))
    },

    async hangUp(channelId, reason = 'normal') {
      mustFit('channels.hangup', 'id', channelId)
      await orEndedAlready(call('channels.hangup', channelId, (ari) => ari.channels.hangup({ channelId, reason })))
    },

    async ring(channelId) {
      mustFit('channels.ring', 'id', channelId)
      await call('channels.ring', channelId, (ari) => ari.channels.ring({ channelId }))
    },

    async ringStop(channelId) {
      mustFit('channels.ringStop', 'id', channelId)
      await call('channels.ringStop', channelId, (ari) => ari.channels.ringStop({ channelId }))
    },

    async setVariable(channelId, variable, value) {
      mustFit('channels.setChannelVar', 'id', channelId)
      mustFit('channels.setChannelVar', 'variable', variable)
      await call('channels.setChannelVar', channelId, (ari) => ari.channels.setChannelVar({ channelId, variable, value }))
    },

    async setVariables(channelId, variables) {
      mustFit('channels.setChannelVars', 'id', channelId)
      mustFit('channels.setChannelVars', 'variable', ...Object.keys(variables))
      await call('channels.setChannelVars', channelId, (ari) => ari.channels.setChannelVars({ channelId, variables }))
    },

    async getVariables(channelId, names) {
      mustFit('channels.getChannelVars', 'id', channelId)
      mustFit('channels.getChannelVars', 'variable', ...names)
      const all = await orNotSet(readVariables(call, channelId, names))
      if (all) return all
      // One that is not set fails the whole question, so ask one by one.
      const each = await Promise.all(names.map((name) => orNotSet(readVariables(call, channelId, [name]))))
      return Object.assign({}, ...each) as Record<string, string>
    },

    async continueInDialplan(channelId, at) {
      mustFit('channels.continueInDialplan', 'id', channelId)
      mustFit('channels.continueInDialplan', 'dialplan', at?.context, at?.extension)
      await call('channels.continueInDialplan', channelId, (ari) => ari.channels.continueInDialplan({ channelId, ...at }))
    },

    async claim(channelId) {
      mustFit('events.claimChannel', 'id', channelId)
      const ask = { channelId, application: callsApplication }
      await call('events.claimChannel', channelId, (ari) => ari.events.claimChannel(ask))
    },

    async findChannel(channelId) {
      mustFit('channels.get', 'id', channelId)
      return orUndefined(call('channels.get', channelId, (ari) => ari.channels.get({ channelId }), channelFacts))
    },
  }
}

/** @throws AriRefused when one of them is not set, ChannelGone */
async function readVariables(call: Call, channelId: string, names: string[]): Promise<Record<string, string>> {
  const ask = { channelId, variables: names }
  return call('channels.getChannelVars', channelId, (ari) => ari.channels.getChannelVars(ask), nonEmptyOnes)
}

function nonEmptyOnes(reply: unknown): Record<string, string> {
  const entries = Object.entries(fields(fields(reply, 'variables').variables, 'variables'))
  return Object.fromEntries(entries.map(([key, value]) => [key, textOr('', value, 4_096)]).filter(([, value]) => value !== ''))
}
