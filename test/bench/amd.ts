import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ANSWERED_BY_MACHINE, outboundDial, outboundFormats, outboundVariables, splitCause } from '../../asterisk-config/names.ts'
import type { Bench, BenchResult } from '../../scripts/bench/bench.ts'
import { GREETINGS, type Greeting } from '../../scripts/bench/greetings.ts'
import { percentile } from '../../scripts/bench/percentile.ts'
import type { TelephonyEvent } from '../../server/telephony/ari/events.ts'
import type { AriLink } from '../../server/telephony/ari/face.ts'
import { createAriLink } from '../../server/telephony/ari/link.ts'
import { startTestAsterisk, type TestAsterisk } from '../helpers/asterisk.ts'
import { readWav, SAMPLE_RATE, speak, tone, VOICES } from '../helpers/audio/index.ts'
import { createPhone, type Phone } from '../helpers/phone/index.ts'
import { freeUdpPort } from '../helpers/ports.ts'

const CARRIER = '127.0.8.1'
const TOGETHER = 8
/** The same words by the plain voice, and a woman's. */
const SPEAKERS = ['', '+f2']
/** From picking up to the first word, and how loud the noise around is: a quiet room, and a workshop. */
const PLACES = [
  { delayMs: 200, noise: 40 },
  { delayMs: 900, noise: 40 },
  { delayMs: 500, noise: 900 },
]
const RINGS_MS = 200

type Place = (typeof PLACES)[number]
type Sample = Greeting & Place & { speaker: string; sound: Int16Array }
type Heard = Sample & { verdict: 'person' | 'machine' | 'lost'; seconds: number }

/** Real calls through the product's dialplan to a phone that answers with a spoken greeting over a line that is never quite silent. */
export const bench: Bench = {
  summary: 'answering machines told from people: how often it is right, and what a live worker waits',
  async run(log, signal) {
    const folder = await mkdtemp(join(tmpdir(), 'ringback-bench-amd-'))
    const port = await freeUdpPort(CARRIER)
    const asterisk = await startTestAsterisk({
      trunks: [{ id: 'in-1', countryId: 'IN', carrierHost: CARRIER, carrierPort: port, allowedPrefixes: ['+91'] }],
      lines: [{ did: '+911100000001', countryId: 'IN', trunkId: 'in-1', kind: 'callback', languages: ['hi'] }],
      soundsFolder: join(folder, 'sounds'),
    })
    const phone = await createPhone({ address: CARRIER, port })
    const link = await connect(asterisk)
    try {
      const calls = (await makeSamples()).map((sample, index) => ({ sample, number: `+9198${76_500_000 + index}` }))
      log(`${calls.length} calls, ${TOGETHER} at a time`)
      answerEach(phone, new Map(calls.map(({ sample, number }) => [number.slice(1), sample])))
      const heard: Heard[] = []
      const work = async () => {
        for (let next = calls.shift(); next && !signal.aborted; next = calls.shift()) heard.push(await call(link, next))
      }
      await Promise.all(Array.from({ length: TOGETHER }, work))
      return judge(heard, log)
    } finally {
      await link.stop()
      await phone.close()
      await asterisk.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
}

async function makeSamples(): Promise<Sample[]> {
  const samples: Sample[] = []
  for (const greeting of GREETINGS)
    for (const speaker of SPEAKERS) {
      const words = readWav(await speak(greeting.speech, `${VOICES[greeting.language]}${speaker}`))
      for (const place of PLACES) samples.push({ ...greeting, ...place, speaker, sound: overTheLine(words, greeting.from, place) })
    }
  return samples
}

/** The delay, the words, a machine's beep, and then whoever it is waits: above a noise that is the same in each run. */
function overTheLine(words: Int16Array, from: Greeting['from'], { delayMs, noise }: Place): Int16Array {
  const lead = Math.round((delayMs * SAMPLE_RATE) / 1000)
  const beep = from === 'machine' ? tone(1000, 500) : new Int16Array(0)
  const line = new Int16Array(lead + words.length + beep.length + 8 * SAMPLE_RATE)
  line.set(words, lead)
  line.set(beep, lead + words.length)
  let state = 1
  return line.map((sample) => {
    state = (state * 48_271) % 2_147_483_647
    return Math.max(-32_768, Math.min(32_767, sample + Math.round((state / 2_147_483_647 - 0.5) * 2 * noise)))
  })
}

function answerEach(phone: Phone, sounds: ReadonlyMap<string, Sample>): void {
  phone.onCall(async (incoming) => {
    const sample = sounds.get(incoming.calledNumber.replace('+', ''))
    if (!sample) return incoming.reject(404)
    incoming.ring()
    await wait(RINGS_MS)
    await incoming.answer()
    // Hung up on meanwhile: that is what is measured.
    await incoming.play(sample.sound).catch(() => undefined)
  })
}

async function connect({ ariUrl, ariUser, ariPassword }: TestAsterisk): Promise<AriLink> {
  const quiet = () => undefined
  const link = createAriLink({
    ...{ url: ariUrl, user: ariUser, password: ariPassword, rollCallVariables: [] },
    applications: { calls: 'outbound-1', events: 'events-1' },
    log: { info: quiet, warn: quiet, error: quiet },
  })
  const connected = new Promise<void>((resolve) => link.on('connected', () => resolve()))
  link.start()
  await connected
  return link
}

/** As the service calls in a country that detects machines. `seconds` from picking up to the verdict. */
async function call(link: AriLink, { sample, number }: { sample: Sample; number: string }): Promise<Heard> {
  const channelId = randomUUID()
  let rangAt = performance.now()
  let arrived = () => {}
  let off = () => {}
  const made = new Promise<void>((resolve) => (arrived = resolve))
  const ended = new Promise<Heard['verdict']>((resolve) => {
    off = link.on('event', (event: TelephonyEvent) => {
      if (!('channelId' in event) || event.channelId !== channelId) return
      if (event.type === 'arrived') arrived()
      if (event.type === 'dialProgress' && event.dialStatus === 'RINGING') rangAt = performance.now()
      if (event.type === 'dialProgress' && event.dialStatus === 'ANSWER') resolve('person')
      if (event.type === 'destroyed') resolve(splitCause(event.cause).sipStatus === ANSWERED_BY_MACHINE ? 'machine' : 'lost')
    })
  })
  const variables = outboundVariables(number, 20)
  await link.commands.create({ channelId, endpoint: outboundDial('in-1', 'callback'), formats: outboundFormats, variables })
  await made
  await link.commands.dial(channelId, 30)
  const verdict = await ended
  off()
  const seconds = (performance.now() - rangAt - RINGS_MS) / 1000
  await link.commands.hangUp(channelId).catch(() => undefined)
  return { ...sample, verdict, seconds }
}

function judge(heard: readonly Heard[], log: (line: string) => void): BenchResult {
  const wrong = heard.filter(({ from, verdict }) => from !== verdict)
  for (const { from, verdict, language, speaker, delayMs, noise, speech } of wrong)
    log(`${from} taken for ${verdict}: ${language}${speaker} after ${delayMs} ms, noise ${noise}: ${speech}`)
  const quiet = heard.filter(({ noise }) => noise < LOUD)
  const loud = heard.filter(({ noise }) => noise >= LOUD)
  const shareOfMachines = (all: readonly Heard[], from: Greeting['from'], isUsual: boolean) => {
    const those = all.filter((each) => each.from === from && each.isUsual === isUsual)
    return rounded(those.filter(({ verdict }) => verdict === 'machine').length / those.length)
  }
  const waits = heard.flatMap(({ from, verdict, seconds, delayMs }) =>
    from === 'person' && verdict === 'person' ? seconds - delayMs / 1000 : [],
  )
  const figures = {
    calls: heard.length,
    lost: heard.filter(({ verdict }) => verdict === 'lost').length,
    peopleHungUpOnShare: shareOfMachines(quiet, 'person', true),
    talkativePeopleHungUpOnShare: shareOfMachines(quiet, 'person', false),
    peopleInNoiseHungUpOnShare: shareOfMachines(loud, 'person', true),
    machinesDetectedShare: shareOfMachines(quiet, 'machine', true),
    shortMachinesDetectedShare: shareOfMachines(quiet, 'machine', false),
    machinesInNoiseDetectedShare: shareOfMachines(loud, 'machine', true),
    workerWaitsMedianSeconds: rounded(percentile(waits, 50)),
    workerWaitsP95Seconds: rounded(percentile(waits, 95)),
  }
  const hungUpOn = Math.max(figures.peopleHungUpOnShare, figures.talkativePeopleHungUpOnShare, figures.peopleInNoiseHungUpOnShare)
  return {
    figures,
    ratio: null,
    goal: 'Nobody who speaks is hung up on, and nine of ten machines are.',
    holds: hungUpOn === 0 && figures.machinesDetectedShare >= 0.9,
  }
}

const LOUD = 500
const rounded = (value: number) => Math.round(value * 1000) / 1000
