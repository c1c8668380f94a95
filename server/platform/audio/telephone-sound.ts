/** Sound as the telephone has it: 16-bit 8 kHz mono wav, made by espeak-ng and sox. Nothing of it touches a file or an argument. */
import { spawn } from 'node:child_process'
import { SAMPLE_RATE, withHeader } from './telephone-wav.ts'

const TIMEOUT_MS = 30_000
/** Slower than espeak-ng's own 175: a telephone in a noisy dormitory. */
const WORDS_PER_MINUTE = 145

/** No sound came of it: not a sound, or longer than it may be. */
export class NoSound extends Error {}
const NOT_READABLE =
  'This is not a sound that the server can read: it takes WAV, FLAC, OGG Vorbis and AIFF. The console turns any other into WAV.'

export type TelephoneSound = { wav: Buffer; durationMs: number }

/** Reads a text aloud. @param voice an espeak-ng voice that can speak the language @throws NoSound */
export async function speakText(text: string, voice: string, maxSeconds: number): Promise<TelephoneSound> {
  const spoken = await pipe('espeak-ng', ['-v', voice, '-s', String(WORDS_PER_MINUTE), '--stdin', '--stdout'], Buffer.from(text))
  return toTelephone(spoken, maxSeconds)
}

/** @property clippedShare of the samples, 0 to 1: cut off at the top, three and more in a row. @property peak 0 to 1 */
export type GivenSound = { clippedShare: number; peak: number }

/** How a sound was recorded, before anything is done to it. @throws NoSound */
export async function measureGiven(given: Buffer, maxSeconds: number): Promise<GivenSound> {
  const raw = ['-t', 'raw', '-c', '1', '-b', '16', '-e', 'signed-integer', '-']
  const bytes = await pipe('sox', ['-D', ...typeOf(given), '-', ...raw, 'trim', '0', String(maxSeconds + 1)], given)
  const count = Math.floor(bytes.length / 2)
  let [clipped, run, highest] = [0, 0, 0]
  for (let index = 0; index < count; index++) {
    const size = Math.abs(bytes.readInt16LE(index * 2))
    highest = Math.max(highest, size)
    run = size >= CLIPPED ? run + 1 : 0
    if (run >= 3) clipped += run === 3 ? 3 : 1
  }
  return { clippedShare: count ? clipped / count : 0, peak: highest / 32_768 }
}
const CLIPPED = 32_700

/** What sox is told of a file, by its first bytes: it would go by a name, and take much for a sound that is none. @throws NoSound */
function typeOf(given: Buffer): string[] {
  const head = given.toString('latin1', 0, 64)
  // What is piped in has no end written in its head.
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WAVE') return ['--ignore-length', '-t', 'wav']
  if (head.startsWith('fLaC')) return ['-t', 'flac']
  if (head.startsWith('OggS') && head.includes('vorbis')) return ['-t', 'ogg']
  if (head.startsWith('FORM') && head.slice(8, 11) === 'AIF') return ['-t', 'aiff']
  throw new NoSound(NOT_READABLE)
}

/** Brings a sound of any rate to the telephone's: silence cut off both ends, as loud as a prompt. @throws NoSound */
export async function toTelephone(given: Buffer, maxSeconds: number): Promise<TelephoneSound> {
  const raw = ['-t', 'raw', '-r', String(SAMPLE_RATE), '-c', '1', '-b', '16', '-e', 'signed-integer', '-']
  const trim = ['silence', '1', '0.05', '0.5%', 'reverse', 'silence', '1', '0.05', '0.5%', 'reverse', 'pad', '0.06', '0.25']
  const cut = ['trim', '0', String(2 * maxSeconds + 1)]
  const samples = await pipe('sox', ['-D', ...typeOf(given), '-', ...raw, ...cut, 'gain', '-n', '-3', ...trim], given)
  const durationMs = Math.round((samples.length / 2 / SAMPLE_RATE) * 1000)
  if (durationMs < 400) throw new NoSound('There is nothing to be heard in it.')
  if (durationMs > maxSeconds * 1000) throw new NoSound(`It is longer than ${maxSeconds} seconds.`)
  return { wav: withHeader(samples), durationMs }
}

/** What a program makes of its input. @throws NoSound when it is not there or refuses it */
async function pipe(command: string, args: readonly string[], input: Buffer): Promise<Buffer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: TIMEOUT_MS })
  const out: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
  // A program that ends without reading all breaks the pipe; its exit code already tells.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(new NoSound(`${command} is not installed on the server.`, { cause })))
    child.once('close', resolve)
  })
  if (code !== 0) throw new NoSound(NOT_READABLE)
  return Buffer.concat(out)
}
