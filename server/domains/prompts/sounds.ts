/** A prompt's sound: the telephone's format, as loud as every other. */
import { createHash } from 'node:crypto'
import { measureGiven, NoSound, speakText, type TelephoneSound, toTelephone } from '../../platform/audio/telephone-sound.ts'
import { samplesOf, withHeader } from '../../platform/audio/telephone-wav.ts'
import { Unprocessable } from '../../platform/errors.ts'
import { levelled, levelOf } from './loudness.ts'

export const LONGEST_SECONDS = 60
/** Beyond it a voice is heard to crackle; a loud breath into the microphone stays below. */
const MOST_CLIPPED = 0.003
/** Below it the room would be as loud as the voice once it is as loud as the others. */
const LOWEST_PEAK = 0.02

export type PromptSound = TelephoneSound & { sha256: string; levelDb: number }

/** A person's voice. @param given of any rate @throws Unprocessable that says what to do about it */
export async function recordedSound(given: Buffer): Promise<PromptSound> {
  try {
    const { clippedShare, peak } = await measureGiven(given, LONGEST_SECONDS)
    if (clippedShare > MOST_CLIPPED) {
      const message = 'It is too loud, and crackles. Turn the microphone down or speak from farther away, and record it again.'
      throw new Unprocessable('prompt-clipped', message)
    }
    if (peak > 0 && peak < LOWEST_PEAK)
      throw new Unprocessable(
        'prompt-too-quiet',
        'It is too quiet: the room would be as loud as the voice. Speak nearer to the microphone.',
      )
    return finished(await toTelephone(given, LONGEST_SECONDS))
  } catch (error) {
    if (!(error instanceof NoSound)) throw error
    throw new Unprocessable('prompt-no-sound', error.message)
  }
}

/** The machine's. @param speech as espeak-ng has to be given it @throws NoSound */
export async function spokenSound(speech: string, voice: string): Promise<PromptSound> {
  return finished(await speakText(speech, voice, LONGEST_SECONDS))
}

/** What a finished file says of itself. */
export function factsOf(wav: Buffer): Omit<PromptSound, 'wav'> {
  const samples = samplesOf(wav)
  return { sha256: createHash('sha256').update(wav).digest('hex'), durationMs: Math.round(samples.length / 8), levelDb: levelOf(samples) }
}

function finished({ wav: given, durationMs }: TelephoneSound): PromptSound {
  const wav = withHeader(Buffer.from(levelled(samplesOf(given)).buffer))
  return { ...factsOf(wav), wav, durationMs }
}
