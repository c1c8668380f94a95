/** One file of sound from Asterisk's spool into the vault, then away from Asterisk. Killed after any step, it can be done again. */
import type { AriCommands } from '../../ari/face.ts'
import { AriRefused } from '../../ari/errors.ts'
import { loudestFrame } from '../../../platform/audio/level.ts'
import { decodeWav, WavNotUsable } from '../../../platform/audio/wav.ts'
import { SECOND } from '../../../platform/time/duration.ts'
import { MAX_MESSAGE_SECONDS } from '../../flow/message-limit.ts'
import type { TelephonyServices } from '../ports.ts'
import { repairWav, type Wav } from './wav.ts'

export type MessageDeps = { commands: AriCommands; services: TelephonyServices; now: () => Date }
export type Message = { spoolName: string; callId: string; languageCode: string; leftAt: Date; isCutOff: boolean }

/** Three minutes are 2.9 MB; what is longer is none of ours and must not fill the memory. */
const LARGEST_BYTES = 16 * 1024 * 1024
/** Asterisk cuts the silence off a file's end: what is left of a silent message is next to nothing. */
const SHORTEST_MS = 500
/** Below it there is no voice, however near one listens: about -63 dB of full scale. A line that nobody speaks on lies lower. */
const NO_VOICE = 24
/** What Asterisk, as it is shipped, takes for silence, and what a whisper may be. */
const QUIET = 256

/** More than this was recorded for longer than `SHORTEST_MS`: 16-bit 8 kHz after a header. */
const SILENT_BYTES = 44 + (SHORTEST_MS / SECOND) * 16_000

/** Something was recorded that cannot be read as sound: it stays in the spool for a person to look at. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage'
}

/**
 * Stores the message, then deletes the file. Without sound, or without a file, the call is a missed call instead; where nobody
 * would be rung back for it, whatever was recorded is kept.
 * The call must be in the database.
 * @throws UnreadableMessage when there is more than silence and it cannot be read; the caller is called back all the same
 */
export async function storeMessage({ commands, services, now }: MessageDeps, message: Message): Promise<void> {
  const { spoolName, callId, languageCode, leftAt } = message
  const file = await fetchWhole(commands, spoolName)
  const sound = file && repairWav(file)
  const loudness = sound ? loudnessOf(sound.wav) : 0
  const ingest = async ({ wav, durationMs, wasBroken }: Wav) => {
    const isCutOff = message.isCutOff || wasBroken || durationMs >= (MAX_MESSAGE_SECONDS - 1) * SECOND
    const isQuiet = loudness < QUIET
    await services.voicemails.ingestVoicemail({ spoolName, callId, wav, languageCode, leftAt, durationMs, isCutOff, isQuiet })
  }
  if (sound && sound.durationMs >= SHORTEST_MS && loudness >= NO_VOICE) await ingest(sound)
  else {
    const promised = await services.callbacks.recordMissedCall({ callId, at: now() })
    if (!promised && sound && sound.durationMs > 0) await ingest(sound)
    if (file && !sound && file.length > SILENT_BYTES) throw new UnreadableMessage(`${file.length} bytes that are no wav file`)
  }
  await commands.deleteStoredRecording(spoolName)
}

/** What is no telephone sound is nothing to judge. */
function loudnessOf(wav: Buffer): number {
  try {
    return loudestFrame(decodeWav(wav))
  } catch (error) {
    if (!(error instanceof WavNotUsable)) throw error
    return Infinity
  }
}

/** Undefined when Asterisk has no such file. */
export async function fetchWhole(commands: AriCommands, name: string): Promise<Buffer | undefined> {
  try {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of await commands.fetchStoredRecording(name)) {
      size += (chunk as Buffer).length
      if (size > LARGEST_BYTES) throw new RangeError(`a file in the spool is larger than ${LARGEST_BYTES} bytes`)
      chunks.push(chunk as Buffer)
    }
    return Buffer.concat(chunks)
  } catch (error) {
    if (error instanceof AriRefused && error.status === 404) return undefined
    throw error
  }
}
