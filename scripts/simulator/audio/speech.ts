import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * espeak-ng's voice for each language the demo speaks.
 * Mandarin takes pinyin text: from characters this espeak-ng spells letters in English.
 */
export const VOICES = { bn: 'bn', vi: 'vi', zh: 'cmn-latn-pinyin', hi: 'hi', ta: 'ta', tr: 'tr', ar: 'ar', en: 'en-gb' } as const

/**
 * Speaks a text with espeak-ng into a mono 16-bit 8 kHz wav; the same words are made once a machine and kept in the temporary folder.
 * @param voice an espeak-ng voice name (see VOICES)
 * @returns path of the wav
 * @throws when espeak-ng or sox is missing or refuses the voice
 */
export async function speak(text: string, voice: string): Promise<string> {
  const folder = join(tmpdir(), `ringback-speech-${userInfo().uid}`)
  const name = createHash('sha256').update(`${voice}\n${text}`).digest('hex').slice(0, 32)
  const finished = join(folder, `${name}.wav`)
  if (existsSync(finished)) return finished
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const draft = join(folder, `${name}-${randomBytes(6).toString('hex')}`)
  try {
    await run('espeak-ng', ['-v', voice, '-w', `${draft}-22k.wav`, '--', text], { timeout: 30_000 })
    await run('sox', ['-D', `${draft}-22k.wav`, '-r', '8000', '-c', '1', '-b', '16', `${draft}.wav`], { timeout: 30_000 })
    // Renamed whole, so that a process beside us never reads half a file.
    await rename(`${draft}.wav`, finished)
  } finally {
    await rm(`${draft}-22k.wav`, { force: true })
    await rm(`${draft}.wav`, { force: true })
  }
  return finished
}
