/** A prompt's sound: the telephone's format, as loud as every other. */
import { NoSound, speakText, type TelephoneSound, toTelephone } from '../../platform/audio/telephone-sound.ts'
import { samplesOf, withHeader } from '../../platform/audio/telephone-wav.ts'
import { Unprocessable } from '../../platform/errors.ts'
import { levelled } from './loudness.ts'

export const LONGEST_SECONDS = 60

/** A person's voice. @param given of any rate @throws Unprocessable */
export async function recordedSound(given: Buffer): Promise<TelephoneSound> {
  try {
    return level(await toTelephone(given, LONGEST_SECONDS))
  } catch (error) {
    if (!(error instanceof NoSound)) throw error
    throw new Unprocessable('prompt-no-sound', error.message)
  }
}

/** The machine's. @param speech as espeak-ng has to be given it @throws NoSound */
export async function spokenSound(speech: string, voice: string): Promise<TelephoneSound> {
  return level(await speakText(speech, voice, LONGEST_SECONDS))
}

const level = ({ wav, durationMs }: TelephoneSound): TelephoneSound => ({
  wav: withHeader(Buffer.from(levelled(samplesOf(wav)).buffer)),
  durationMs,
})
