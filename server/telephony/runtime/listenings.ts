/** A phone of ours is rung to play one sound: no call of a worker's, so nothing of it is kept. */
import type { Listening } from '../../domains/prompts/ports.ts'
import { AriError } from '../ari/errors.ts'
import type { TelephonyEvent } from '../ari/events.ts'
import type { AriCommands, Log } from '../ari/face.ts'

const RING_SECONDS = 25
/** What an agent's phone shows. */
const SHOWN = 'PROMPT'
const PREFIX = 'listen-'

export type Listenings = {
  /** Resolves when the phone is being rung. @throws AriError */
  play(listening: Listening): Promise<void>
  /** Plays once the phone is picked up, hangs up once it was played. */
  hear(event: TelephonyEvent): void
}

export function createListenings({ commands, log }: { commands: AriCommands; log: Pick<Log, 'warn'> }): Listenings {
  const paths = new Map<string, string>()
  const attempt = (work: Promise<unknown>) =>
    void work.catch((error: unknown) => {
      if (!(error instanceof AriError)) throw error
      log.warn({ trouble: error.message }, 'a prompt could not be played on a phone')
    })
  return {
    play: async ({ id, sipUser, path, maxSeconds }) => {
      const channelId = `${PREFIX}${id}`
      paths.set(channelId, path)
      // In a dead service nobody would hang up.
      const variables = { 'TIMEOUT(absolute)': String(RING_SECONDS + maxSeconds + 10) }
      try {
        await commands.originate(
          { channelId, endpoint: `PJSIP/${sipUser}`, callerNumber: SHOWN, appArgs: 'listen', variables },
          RING_SECONDS,
        )
      } catch (error) {
        paths.delete(channelId)
        throw error
      }
    },
    hear: (event) => {
      if (event.type === 'arrived') {
        const path = paths.get(event.channelId)
        if (path !== undefined) attempt(commands.play(event.channelId, [`sound:${path}`], `${event.channelId}.1`))
      }
      if (event.type === 'playbackFinished' && event.playbackId.startsWith(PREFIX)) attempt(commands.hangUp(event.playbackId.slice(0, -2)))
      if (event.type === 'destroyed') paths.delete(event.channelId)
    },
  }
}
