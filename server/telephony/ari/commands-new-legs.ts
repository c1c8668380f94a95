/** Verbs that make a leg: what a callback begins with. */
import { orEndedAlready, orUndefined } from './call.ts'
import type { CommandDeps } from './command-deps.ts'
import { AriRefused, NameTaken } from './errors.ts'
import type { AriCommands, NewChannel } from './face.ts'
import { mustFit } from './names.ts'
import { channelFacts } from './read.ts'

export function newLegCommands({
  call,
  callsApplication,
  arrivals,
  deadlineMs,
}: CommandDeps): Pick<AriCommands, 'create' | 'dial' | 'originate'> {
  const findChannel = (channelId: string) =>
    orUndefined(call('channels.get', channelId, (ari) => ari.channels.get({ channelId }), channelFacts))

  const hangUp = (channelId: string) => orEndedAlready(call('channels.hangup', channelId, (ari) => ari.channels.hangup({ channelId })))

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
    async create(channel) {
      const { channelId } = channel
      const params = { ...newChannel('channels.create', channel, callsApplication), variables: callerVariables(channel) }
      const expected = arrivals.expect(channelId)
      try {
        const facts = await unlessStale(
          channelId,
          call('channels.create', undefined, (ari) => ari.channels.create(params), channelFacts),
        )
        await expected.arrived('channels.create', deadlineMs).catch(async (error: unknown) => {
          // Asterisk has made it, and nobody will ever dial it.
          await hangUp(channelId).catch(() => undefined)
          throw error
        })
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
  }
}

function newChannel(operation: string, channel: NewChannel, app: string) {
  const { channelId, endpoint, callerNumber, callerName, variables = {}, formats, appArgs } = channel
  mustFit(operation, 'id', channelId)
  mustFit(operation, 'endpoint', endpoint)
  mustFit(operation, 'caller', callerNumber, callerName)
  mustFit(operation, 'variable', ...Object.keys(variables))
  mustFit(operation, 'formats', formats)
  mustFit(operation, 'arguments', appArgs)
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
