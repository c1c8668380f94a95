import { createHash, randomBytes } from 'node:crypto'
import { copyFile, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LANGUAGES, promptsOf, type LanguageCode, type Prompt } from '../asterisk-config/sounds/catalogue.ts'
import { HIGHEST_PEAK, PROMPT_LEVEL } from '../asterisk-config/sounds/loudness.ts'
import { rms } from './simulator/audio/level.ts'
import { decodeWav, encodeWav, SAMPLE_RATE } from './simulator/audio/wav.ts'
import { toneWav } from '../server/platform/audio/tone.ts'
import { machineCacheFolder } from './lib/machine-cache.ts'
import { lastLines, runCommand } from './lib/run-command.ts'
import { SetupProblem } from './lib/setup-problem.ts'

export interface MakePrompts {
  /** Gets `<language>/<prompt>.wav`, `beep.wav` and `manifest.json`. */
  soundsFolder: string
  /** All of the catalogue when not given. */
  languages?: readonly LanguageCode[]
  /** Where finished speech is kept for every clone on this machine; the machine cache's `prompts` when not given. */
  cacheFolder?: string
  log: (line: string) => void
  signal?: AbortSignal
}

/** One line of manifest.json. */
export interface MadePrompt {
  language: LanguageCode
  name: string
  text: string
  voice: string
  durationMs: number
}

// Slower than espeak-ng's own 175: a telephone in a noisy dormitory.
const WORDS_PER_MINUTE = 145
const LEAD_MS = 60
const PAUSE_MS = 250
const TOGETHER = 2
/** Goes into the cache's names: raise it when the sound of a prompt changes. */
const RECIPE = 'prompt 1'

/**
 * Speaks the catalogue's texts with espeak-ng into 8 kHz mono 16-bit wav: drafts for demo and tests, until people have
 * recorded the real ones. What is spoken already is copied from the cache; a file that is right is not touched.
 * @throws SetupProblem when espeak-ng or sox is missing or fails
 */
export async function makePrompts(options: MakePrompts): Promise<MadePrompt[]> {
  const { soundsFolder, languages = LANGUAGES, log, signal } = options
  const cacheFolder = options.cacheFolder ?? join(machineCacheFolder(), 'prompts')
  await mkdir(cacheFolder, { recursive: true })
  for (const language of languages) await mkdir(join(soundsFolder, language), { recursive: true })

  const wanted = languages.flatMap(promptsOf)
  const engine = await engineVersion()
  let spoken = 0
  const made = await inPairs(wanted, async (prompt) => {
    signal?.throwIfAborted()
    const cached = join(cacheFolder, `${nameOf(prompt, engine)}.wav`)
    if (!(await isThere(cached))) {
      await speakInto(cached, prompt, signal)
      spoken++
    }
    const samples = await install(cached, join(soundsFolder, prompt.language, `${prompt.name}.wav`))
    return summary(prompt, samples)
  })
  const beep = join(cacheFolder, `${hash(RECIPE, 'beep')}.wav`)
  if (!(await isThere(beep))) await writeWhole(beep, toneWav())
  await install(beep, join(soundsFolder, 'beep.wav'))
  await writeWhole(join(soundsFolder, 'manifest.json'), `${JSON.stringify(made, null, 2)}\n`)
  log(`Prompts in ${languages.join(', ')}: ${made.length}, of which ${spoken} were spoken now`)
  return made
}

function summary({ language, name, text, voice }: Prompt, samples: Int16Array): MadePrompt {
  return { language, name, text, voice, durationMs: Math.round((samples.length * 1000) / SAMPLE_RATE) }
}

const nameOf = ({ voice, speech }: Prompt, engine: string) => hash(RECIPE, engine, String(WORDS_PER_MINUTE), voice, speech)
const hash = (...parts: string[]) => createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)

async function engineVersion(): Promise<string> {
  const printed = await run('espeak-ng', ['--version'])
  return /\d+(\.\d+)+/.exec(printed)?.[0] ?? 'unknown'
}

async function speakInto(path: string, { speech, voice }: Prompt, signal: AbortSignal | undefined): Promise<void> {
  const draft = `${path}-${randomBytes(4).toString('hex')}`
  try {
    await run('espeak-ng', ['-v', voice, '-s', String(WORDS_PER_MINUTE), '-w', `${draft}-wide.wav`, '--', speech], signal)
    // -D: no dither, so that the same text is the same file. The gain leaves room for what resampling adds to peaks.
    await run('sox', ['-D', `${draft}-wide.wav`, '-r', String(SAMPLE_RATE), '-c', '1', '-b', '16', `${draft}.wav`, 'gain', '-3'], signal)
    await writeWhole(path, encodeWav(level(trim(decodeWav(await readFile(`${draft}.wav`), speech)))))
  } finally {
    for (const left of [`${draft}-wide.wav`, `${draft}.wav`]) await rm(left, { force: true })
  }
}

/** Cuts silence off both ends and puts a breath back. */
function trim(samples: Int16Array): Int16Array {
  const isSound = (sample: number) => Math.abs(sample) > 200
  const [first, last] = [samples.findIndex(isSound), samples.findLastIndex(isSound)]
  const [lead, pause] = [(LEAD_MS * SAMPLE_RATE) / 1000, (PAUSE_MS * SAMPLE_RATE) / 1000]
  const trimmed = new Int16Array(lead + (last - first + 1) + pause)
  trimmed.set(samples.subarray(first, last + 1), lead)
  return trimmed
}

function level(samples: Int16Array): Int16Array {
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 1) / 32768
  const gain = Math.min(PROMPT_LEVEL / rms(samples), HIGHEST_PEAK / peak)
  return samples.map((sample) => Math.round(sample * gain))
}

/** Copies a finished sound, its time too, unless the very same is there. */
async function install(cached: string, path: string): Promise<Int16Array> {
  const sound = await readFile(cached)
  if (!(await isThere(path)) || !sound.equals(await readFile(path))) {
    const draft = `${path}.${randomBytes(4).toString('hex')}`
    const { atime, mtime } = await stat(cached)
    await copyFile(cached, draft)
    await utimes(draft, atime, mtime)
    await rename(draft, path)
  }
  return decodeWav(sound, path)
}

async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, content)
  await rename(draft, path)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function run(command: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  const { code, output } = await runCommand(command, args, { timeoutSeconds: 60, signal })
  signal?.throwIfAborted()
  if (code === 0) return output
  if (code === 127)
    throw new SetupProblem(`${command} is not there: whoever looks after this machine can run apt-get install espeak-ng sox.`)
  throw new SetupProblem(`${command} could not make a prompt: ${lastLines(output, 2)}`)
}

async function inPairs<In, Out>(things: readonly In[], work: (thing: In) => Promise<Out>): Promise<Out[]> {
  const done: Out[] = []
  let next = 0
  const worker = async () => {
    for (let index = next++; index < things.length; index = next++) done[index] = await work(things[index] as In)
  }
  await Promise.all(Array.from({ length: TOGETHER }, worker))
  return done
}
