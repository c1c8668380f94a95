/** What is there at the moment of a (re)connect: without it, whatever happened while we were away stays unknown. */
import type { AriClient } from './client.ts'
import { AriRefused, ChannelGone } from './errors.ts'
import type { AriCommands, AriLinkOptions, Log, RollCall } from './face.ts'

export async function takeRollCall(commands: AriCommands, ari: AriClient, options: AriLinkOptions): Promise<RollCall> {
  const [application, channels, storedRecordings, asterisk] = await Promise.all([
    ari.applications.get({ applicationName: options.applications.calls }),
    commands.listChannels(),
    storedOrNone(commands, options.log),
    commands.info(),
  ])
  const ours = channels.filter((channel) => application.channel_ids.includes(channel.channelId))
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
