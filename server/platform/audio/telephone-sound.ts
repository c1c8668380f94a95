/** Sound as the telephone has it: 16-bit 8 kHz mono wav, made by espeak-ng and sox. Nothing of it touches a file or an argument. */
import { spawn } from 'node:child_process'
import { SAMPLE_RATE, withHeader } from './telephone-wav.ts'

const TIMEOUT_MS = 30_000
/** Slower than espeak-ng's own 175: a telephone in a noisy dormitory. */
const WORDS_PER_MINUTE = 145

/** No sound came of it: not a sound, or longer than it may be. */
export class NoSound extends Error {}

export type TelephoneSound = { wav: Buffer; durationMs: number }

/** Reads a text aloud. @param voice an espeak-ng voice that can speak the language @throws NoSound */
export async function speakText(text: string, voice: string, maxSeconds: number): Promise<TelephoneSound> {
  const spoken = await pipe('espeak-ng', ['-v', voice, '-s', String(WORDS_PER_MINUTE), '--stdin', '--stdout'], Buffer.from(text))
  return toTelephone(spoken, maxSeconds)
}

/** Brings a wav of any rate to the telephone's: silence cut off both ends, as loud as a prompt. @throws NoSound */
export async function toTelephone(wav: Buffer, maxSeconds: number): Promise<TelephoneSound> {
  const raw = ['-t', 'raw', '-r', String(SAMPLE_RATE), '-c', '1', '-b', '16', '-e', 'signed-integer', '-']
  const trim = ['silence', '1', '0.05', '0.5%', 'reverse', 'silence', '1', '0.05', '0.5%', 'reverse', 'pad', '0.06', '0.25']
  // What is piped in has no end written in its head.
  const samples = await pipe('sox', ['-D', '--ignore-length', '-t', 'wav', '-', ...raw, 'gain', '-n', '-3', ...trim], wav)
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
  if (code !== 0) throw new NoSound('This is not a sound that can be read.')
  return Buffer.concat(out)
}
