/** What is there at the moment of a (re)connect: without it, whatever happened while we were away stays unknown. */
import type { AriClient } from './client.ts'
import { AriRefused, ChannelGone } from './errors.ts'
import type { AriCommands, AriLinkOptions, Log, RollCall } from './face.ts'
import { fields, legFacts, list, thoseThatFit } from './read.ts'

export async function takeRollCall(commands: AriCommands, ari: AriClient, options: AriLinkOptions): Promise<RollCall> {
  const { rollCallVariables, log } = options
  const [channels, storedRecordings, asterisk] = await Promise.all([
    legsIn(ari, options.applications.calls, { rollCallVariables, getVariables: commands.getVariables }),
    storedOrNone(commands, log),
    commands.info(),
  ])
  return { channels, storedRecordings, asterisk }
}

type Reading = { rollCallVariables: string[]; getVariables: AriCommands['getVariables'] }

/** The legs an application has, with those of the variables that are set; not those the dialplan has by now. */
export async function legsIn(ari: AriClient, applicationName: string, { rollCallVariables, getVariables }: Reading) {
  const [application, channels] = await Promise.all([ari.applications.get({ applicationName }), ari.channels.list()])
  const inApplication = list(channels, 'channels').filter((channel) => isInApplication(channel))
  const own = thoseThatFit(inApplication, legFacts).filter(({ channelId }) => application.channel_ids.includes(channelId))
  const withVariables = await Promise.all(
    own.map(async (channel) => {
      try {
        return [{ ...channel, variables: await getVariables(channel.channelId, rollCallVariables) }]
      } catch (error) {
        if (!(error instanceof ChannelGone)) throw error
        return []
      }
    }),
  )
  return withVariables.flat()
}

/** What a leg is doing while an application has it: its way in, or what Asterisk calls a leg that we made. */
const IN_APPLICATION: readonly unknown[] = ['Stasis', 'StasisBroadcast', 'AppDial2', '']

/** Asterisk goes on listing a leg we subscribed to when the dialplan has taken it back and records its message. */
function isInApplication(channel: unknown): boolean {
  return IN_APPLICATION.includes(fields(fields(channel, 'channel').dialplan, 'dialplan').app_name)
}

/** Calls come first: a recording folder that Asterisk cannot read must not keep the service from answering. */
async function storedOrNone(commands: AriCommands, log: Log): Promise<string[]> {
  try {
    return await commands.listStoredRecordings()
  } catch (error) {
    if (!(error instanceof AriRefused)) throw error
    log.error({ trouble: error.message }, 'stored recordings cannot be listed')
    return []
  }
}
