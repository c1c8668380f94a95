import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { Bench } from '../../scripts/bench/bench.ts'
import { runCommand } from '../../scripts/lib/run-command.ts'
import { messageWav } from '../../scripts/simulator/sentences.ts'
import { correlate, readWav } from '../helpers/audio/index.ts'

const LANGUAGES = ['bn', 'vi', 'zh', 'hi', 'ta', 'tr', 'ar']
/** What Debian's sox can write; Opus is not among it. The browser column says who could play it without our decoding it first. */
const FORMATS = [
  { name: 'flac', file: 'x.flac', args: ['-C', '8'] },
  { name: 'vorbis', file: 'x.ogg', args: ['-C', '3'] },
  { name: 'adpcm', file: 'x.wav', args: ['-e', 'ms-adpcm'] },
  { name: 'mulaw', file: 'x.wav', args: ['-e', 'u-law'] },
  { name: 'gsm', file: 'x.gsm', args: [] },
] as const
const GOAL_RATIO = 0.5
const GOAL_CORRELATION = 0.99

/** Each language's message as a telephone brings it (G.711, a little noise), in each format and back. */
export const bench: Bench = {
  summary: 'what a message takes in other formats than 16-bit wav, and how much of the speech is left in it',
  async run(log, signal) {
    const folder = await mkdtemp(join(tmpdir(), 'ringback-bench-transcode-'))
    try {
      const sources = await Promise.all(LANGUAGES.map((language) => fromTheLine(language, folder, signal)))
      const figures: Record<string, number> = { wavBytesPerSecond: 16_000 }
      for (const { name, file, args } of FORMATS) {
        const measured: Measured[] = []
        for (const source of sources) measured.push(await measure({ source, coded: join(folder, file), args, folder, signal }))
        const sum = (pick: (one: Measured) => number) => measured.reduce((total, one) => total + pick(one), 0)
        figures[`${name}SizeRatio`] = round(sum(({ bytes }) => bytes) / sum(({ sourceBytes }) => sourceBytes))
        figures[`${name}WorstCorrelation`] = round(Math.min(...measured.map(({ score }) => score)))
        figures[`${name}EncodeMsPerMinute`] = Math.round(sum(({ ms }) => ms) / (sum(({ sourceBytes }) => sourceBytes) / 16_000 / 60))
        log(`${name}: ${figures[`${name}SizeRatio`]} of the size, correlation at worst ${figures[`${name}WorstCorrelation`]}`)
      }
      const ratio = figures['flacSizeRatio'] ?? 1
      return {
        figures,
        ratio,
        goal: `a lossless format takes at most ${GOAL_RATIO} of wav (else transcoding is not worth it); lossy ones keep ${GOAL_CORRELATION}`,
        holds: ratio <= GOAL_RATIO,
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

type Measured = { bytes: number; sourceBytes: number; score: number; ms: number }

/** Through G.711, with noise at -50 dB under it: silence on a real line is never digital silence. */
async function fromTheLine(language: string, folder: string, signal: AbortSignal): Promise<string> {
  const speech = await messageWav(language)
  const [noise, line, wav] = ['noise.wav', 'line.wav', 'source.wav'].map((name) => join(folder, `${language}-${name}`))
  await sox([speech, noise!, 'synth', 'pinknoise', 'vol', '0.003'], signal)
  await sox(['-m', '-v', '1', speech, '-v', '1', noise!, '-e', 'u-law', line!], signal)
  await sox([line!, '-e', 'signed-integer', '-b', '16', wav!], signal)
  return wav!
}

async function measure(job: {
  source: string
  coded: string
  args: readonly string[]
  folder: string
  signal: AbortSignal
}): Promise<Measured> {
  const { source, coded, args, folder, signal } = job
  const back = join(folder, 'back.wav')
  const started = performance.now()
  await sox([source, ...args, coded], signal)
  const ms = performance.now() - started
  await sox([coded, '-r', '8000', '-e', 'signed-integer', '-b', '16', back], signal)
  const { score } = correlate(readWav(back), readWav(source))
  return { bytes: (await stat(coded)).size, sourceBytes: (await stat(source)).size, score, ms }
}

async function sox(args: readonly string[], signal: AbortSignal): Promise<void> {
  const { code, output } = await runCommand('sox', ['-D', ...args], { timeoutSeconds: 60, signal })
  if (code !== 0) throw new Error(`sox ${args.join(' ')}: ${output}`)
}

const round = (value: number) => Math.round(value * 1000) / 1000
