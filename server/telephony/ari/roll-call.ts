/** What is there at the moment of a (re)connect: without it, whatever happened while we were away stays unknown. */
import type { AriClient } from './client.ts'
import { AriRefused, ChannelGone } from './errors.ts'
import type { AriCommands, AriLinkOptions, Log, RollCall } from './face.ts'
import { fields, legFacts, list, thoseThatFit } from './read.ts'

export async function takeRollCall(commands: AriCommands, ari: AriClient, options: AriLinkOptions): Promise<RollCall> {
  const [application, channels, storedRecordings, asterisk] = await Promise.all([
    ari.applications.get({ applicationName: options.applications.calls }),
    ari.channels.list(),
    storedOrNone(commands, options.log),
    commands.info(),
  ])
  const inApplication = list(channels, 'channels').filter((channel) => isInApplication(channel))
  const ours = thoseThatFit(inApplication, legFacts).filter(({ channelId }) => application.channel_ids.includes(channelId))
  const withVariables = await Promise.all(
    ours.map(async (channel) => {
      try {
        return [{ ...channel, variables: await commands.getVariables(channel.channelId, options.rollCallVariables) }]
      } catch (error) {
        if (!(error instanceof ChannelGone)) throw error
        return []
      }
    }),
  )
  return { channels: withVariables.flat(), storedRecordings, asterisk }
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
