/** Verbs about one leg of a call. */
import type { Arrivals } from './arrivals.ts'
import type { Call } from './call.ts'
import { orEndedAlready, orNotSet, orUndefined } from './call.ts'
import { AriRefused, NameTaken } from './errors.ts'
import type { AriCommands, NewChannel } from './face.ts'
import type { AriHttp } from './http.ts'
import { mustFit } from './names.ts'
import { channelFacts, fields, textOr } from './read.ts'

export type CommandDeps = {
  call: Call
  http: AriHttp
  /** Where new and claimed legs arrive. */
  callsApplication: string
  arrivals: Arrivals
  deadlineMs: number
}

type CallVerbs =
  | 'answer'
  | 'play'
  | 'stopPlayback'
  | 'hangUp'
  | 'ring'
  | 'ringStop'
  | 'startMusicOnHold'
  | 'stopMusicOnHold'
  | 'sendDigits'
  | 'create'
  | 'dial'
  | 'originate'
  | 'setVariable'
  | 'setVariables'
  | 'getVariables'
  | 'continueInDialplan'
  | 'claim'
  | 'moveChannel'
  | 'findChannel'

export function callCommands({ call, callsApplication, arrivals, deadlineMs }: CommandDeps): Pick<AriCommands, CallVerbs> {
  const findChannel = (channelId: string) =>
    orUndefined(call('channels.get', channelId, (ari) => ari.channels.get({ channelId }), channelFacts))

  /**
   * Asterisk keeps "id exists" from a refused request and says it again of the next failure on the same connection,
   * where the truth is that the endpoint cannot be reached. A NameTaken must be true: it means "that call is being made".
   */
  const unlessStale = async <Result>(channelId: string, command: Promise<Result>): Promise<Result> => {
    try {
      return await command
    } catch (error) {
      if (!(error instanceof NameTaken) || (await findChannel(channelId))) throw error
      throw new AriRefused(error.operation, error.status, 'not created, and no channel has this id', 'ari-refused', { cause: error })
    }
  }

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

    async startMusicOnHold(channelId) {
      mustFit('channels.startMoh', 'id', channelId)
      await call('channels.startMoh', channelId, (ari) => ari.channels.startMoh({ channelId }))
    },

    async stopMusicOnHold(channelId) {
      mustFit('channels.stopMoh', 'id', channelId)
      await call('channels.stopMoh', channelId, (ari) => ari.channels.stopMoh({ channelId }))
    },

    async sendDigits(channelId, dtmf) {
      mustFit('channels.sendDTMF', 'id', channelId)
      mustFit('channels.sendDTMF', 'digits', dtmf)
      await call('channels.sendDTMF', channelId, (ari) => ari.channels.sendDTMF({ channelId, dtmf }))
    },

    async create(channel) {
      const { channelId } = channel
      const params = { ...newChannel('channels.create', channel, callsApplication), variables: callerVariables(channel) }
      const expected = arrivals.expect(channelId)
      try {
        const facts = await unlessStale(
          channelId,
          call('channels.create', undefined, (ari) => ari.channels.create(params), channelFacts),
        )
        await expected.arrived('channels.create', deadlineMs)
        return facts
      } finally {
        expected.forget()
      }
    },

    async dial(channelId, ringTimeoutSeconds) {
      mustFit('channels.dial', 'id', channelId)
      await call('channels.dial', channelId, (ari) => ari.channels.dial({ channelId, timeout: ringTimeoutSeconds }))
    },

    async originate(channel, ringTimeoutSeconds) {
      const { callerName = '', callerNumber, variables = {} } = channel
      const params = {
        ...newChannel('channels.originate', channel, callsApplication),
        timeout: ringTimeoutSeconds,
        variables,
        ...(callerNumber === undefined ? {} : { callerId: `"${callerName}" <${callerNumber}>` }),
      }
      return unlessStale(
        channel.channelId,
        call('channels.originate', undefined, (ari) => ari.channels.originate(params), channelFacts),
      )
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

    async moveChannel(channelId, appArgs, application = callsApplication) {
      mustFit('channels.move', 'id', channelId)
      mustFit('channels.move', 'application', application)
      await call('channels.move', channelId, (ari) => ari.channels.move({ channelId, app: application, appArgs }))
    },

    async findChannel(channelId) {
      mustFit('channels.get', 'id', channelId)
      return findChannel(channelId)
    },
  }
}

function newChannel(operation: string, channel: NewChannel, app: string) {
  const { channelId, endpoint, callerNumber, callerName, variables = {}, formats, appArgs } = channel
  mustFit(operation, 'id', channelId)
  mustFit(operation, 'endpoint', endpoint)
  mustFit(operation, 'caller', callerNumber, callerName)
  mustFit(operation, 'variable', ...Object.keys(variables))
  mustFit(operation, 'formats', formats)
  return { channelId, endpoint, app, ...(formats === undefined ? {} : { formats }), ...(appArgs === undefined ? {} : { appArgs }) }
}

/** A leg that is created before it is dialled shows its connected line as caller; its caller id would leave as `Anonymous`. */
function callerVariables({ callerNumber, callerName, variables = {} }: NewChannel): Record<string, string> {
  return {
    ...variables,
    ...(callerNumber === undefined ? {} : { 'CONNECTEDLINE(num,i)': callerNumber }),
    ...(callerName === undefined ? {} : { 'CONNECTEDLINE(name,i)': callerName }),
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
