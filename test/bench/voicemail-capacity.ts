import { readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Bench } from '../../scripts/bench/bench.ts'
import { addYardstick, callersPrefix, countryWithoutMenu } from '../../scripts/bench/hotline-caller.ts'
import { BENCH_FOLDER, recordingsOf } from '../../scripts/bench/plain-extension.ts'
import { isWhole, type Speaker, speakTogether } from '../../scripts/bench/round-of-messages.ts'
import { SpeakingCallers } from '../../scripts/bench/speaking-callers.ts'
import { decodeWav, readWav } from '../../scripts/simulator/audio/wav.ts'
import { signIn } from '../helpers/api.ts'
import { keptMessages } from '../helpers/kept-messages.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'

/** Doubled until one fails. */
const ROUNDS = [25, 50, 100, 200]
/** Longer from INVITE to 200, or from 200 to the first sound, is late. */
const LATE_MS = 1_000
const KEPT_WITHIN_MS = 60_000
const EXTENSION = 'record'
/** What a line without agents says before it records. */
const PROMPTS = ['greeting', 'pin-offer', 'leave-message']

type Taken = { late: number; missing: number; broken: number; slowestMs: number; keptMs: number }
type Side = 'hotline' | 'dialplan'

/** How many can leave a message at the same moment: with us, and with the dialplan's own `Record()` on the same machine. */
export const bench: Bench = {
  summary: 'how many messages at once are kept whole and in time, against Record() of the dialplan in the same run',
  async run(log, signal) {
    const load = loadavg()[0] ?? 0
    const product = await startTestProduct({
      postgres: 'own',
      rtpPortCount: 500,
      arrange: async (db) => void (await db.updateTable('country').set({ queueLimitSeconds: 0 }).execute()),
    })
    try {
      const site = await openSite(product, signal)
      try {
        const most = { dialplan: 0, hotline: 0 }
        const details: Record<string, number> = {}
        for (const side of ['dialplan', 'hotline'] as const) {
          for (const count of ROUNDS) {
            const taken = await site.round(side, count)
            log(`${count} at once by the ${side}: ${JSON.stringify(taken)}`)
            Object.assign(details, named(`${side}${count}`, taken))
            if (taken.late + taken.missing + taken.broken > 0) break
            most[side] = count
          }
        }
        const ratio = most.dialplan ? most.hotline / most.dialplan : null
        return {
          figures: {
            mostAtOnceHotline: most.hotline,
            mostAtOnceDialplan: most.dialplan,
            ...details,
            loadAverageBefore: load,
            loadAverageAfter: loadavg()[0] ?? 0,
          },
          ratio,
          goal: `as many as the dialplan alone, each whole, none late by more than ${LATE_MS} ms; ${ROUNDS.at(-1)} is the most that is tried`,
          holds: ratio !== null && ratio >= 1,
        }
      } finally {
        site.close()
      }
    } finally {
      await product.stop()
    }
  },
}

async function openSite(product: TestProduct, signal: AbortSignal) {
  const country = countryWithoutMenu(product)
  const supervisor = await signIn(product, 'supervisor')
  const sounds = PROMPTS.map((name) => join(product.folder, 'sounds', country.languages[0]!, name))
  const promptsMs = sounds.reduce((sum, sound) => sum + readWav(`${sound}.wav`).length / 8, 0)
  const recordings = join(recordingsOf(product.asterisk), BENCH_FOLDER)
  // As the hotline: it ends by key, after ten seconds of silence or three minutes.
  const record = `Record(${recordings}/\${CALLERID(num)}.wav,10,180,kq)`
  await addYardstick(product, country, { extension: EXTENSION, steps: ['Answer()', `Playback(${sounds.join('&')})`, record, 'Hangup()'] })
  const target = { host: '127.0.0.1', port: product.asterisk.sipPort }
  const callers = await SpeakingCallers.open(country.carrier, target, callersPrefix(country))

  const round = async (side: Side, count: number): Promise<Taken> => {
    const extension = side === 'hotline' ? country.cardDid : EXTENSION
    const speakers = await speakTogether({ callers, extension, count, promptsMs, signal })
    const hungUpAt = performance.now()
    const numbers = speakers.map(({ call }) => call.number)
    const kept =
      side === 'hotline'
        ? (await keptMessages(product, supervisor, { numbers, withinMs: KEPT_WITHIN_MS })).kept
        : await keptInFolder(recordings, numbers)
    // Before they are listened to, which takes longer the more there are.
    const keptMs = Math.round(performance.now() - hungUpAt)
    return { ...judged(speakers, kept), keptMs }
  }
  return { round, close: () => callers.close() }
}

function judged(speakers: readonly Speaker[], kept: ReadonlyMap<string, Int16Array>): Omit<Taken, 'keptMs'> {
  const delays = speakers.flatMap(({ call }) => [call.answeredMs ?? Infinity, call.firstSoundMs ?? Infinity])
  const recordings = speakers.map((speaker) => ({ speaker, recording: kept.get(speaker.call.number) }))
  return {
    late: delays.filter((ms) => ms > LATE_MS).length,
    missing: recordings.filter(({ recording }) => !recording).length,
    broken: recordings.filter(({ speaker, recording }) => recording && !isWhole(recording, speaker)).length,
    slowestMs: Math.round(Math.max(...delays)),
  }
}

/** Asterisk has a moment to write the last of them. */
async function keptInFolder(recordings: string, numbers: readonly string[]): Promise<Map<string, Int16Array>> {
  await pause(3_000)
  const kept = new Map<string, Int16Array>()
  for (const number of numbers) {
    try {
      kept.set(number, decodeWav(new Uint8Array(await readFile(join(recordings, `${number}.wav`)))))
    } catch {
      // Not there, or no sound: it counts as missing.
    }
  }
  return kept
}

const named = (prefix: string, figures: object) =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`, Number(value)]))
