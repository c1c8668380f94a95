/**
 * What strangers do all day, for minutes at full rate, while callers go on leaving messages: texts and registrations by the thousand
 * (`storm`), and noise on every port for sound (`spray`).
 */
import { setTimeout as pause } from 'node:timers/promises'
import { percentile } from '../../../scripts/bench/percentile.ts'
import { isWhole, type Speaker, speakTogether } from '../../../scripts/bench/round-of-messages.ts'
import { readWav } from '../../../scripts/simulator/audio/wav.ts'
import { stranger } from '../../asterisk/hostile-net.ts'
import { signIn } from '../../helpers/api.ts'
import { sprayAudio } from '../../helpers/audio-spray.ts'
import { keptMessages } from '../../helpers/kept-messages.ts'
import { startTestProduct, type TestProduct } from '../../helpers/product.ts'
import { openCallers } from './live-callers.ts'
import type { Part } from './part.ts'

const STRANGER = '127.0.9.9'
const TEXTS_A_SECOND = 25
const REGISTRATIONS_A_SECOND = 200
const BEATS_A_SECOND = 25
/** Who speak meanwhile, again and again. */
const SPEAKERS = 4
const LATE_MS = 1_000

/** 25 texts and 200 registrations a second: no 2xx, nothing kept, no call of theirs. */
export const storm: Part = async (log, { seconds, signal }) => {
  const product = await lineThatRecords()
  try {
    const someone = await stranger(STRANGER, { port: product.asterisk.sipPort })
    const host = `127.0.0.1:${product.asterisk.sipPort}`
    const { cardDid } = product.demo.countries.find(({ id }) => id === 'VN')!
    let sent = 0
    const beat = () => {
      for (let each = 0; each < TEXTS_A_SECOND / BEATS_A_SECOND; each++, sent++)
        someone.send('MESSAGE', `sip:${cardDid.replace('+', '')}@${host}`, { headers: ['Content-Type: text/plain'], body: 'spam' })
      for (let each = 0; each < REGISTRATIONS_A_SECOND / BEATS_A_SECOND; each++, sent++)
        someone.send('REGISTER', `sip:${host}`, { from: `<sip:agent-bdbn@${host}>` })
    }
    log(`${TEXTS_A_SECOND} texts and ${REGISTRATIONS_A_SECOND} registrations a second, for ${seconds} s`)
    const timer = setInterval(beat, 1000 / BEATS_A_SECOND)
    const callers = await speakFor(product, { seconds, signal, log })
    clearInterval(timer)
    await pause(2_000)
    const agreed = someone.replies.filter(({ status }) => status >= 200 && status < 300).length
    const answered = someone.replies.length
    await someone.close()
    const texts = (await product.db.selectFrom('textMessage').select('id').execute()).length
    const calls = (await product.db.selectFrom('call').select('id').execute()).length
    const figures = { sent, answered, agreedTo: agreed, textsKept: texts, callsOfTheirs: calls - callers.messages, ...callers }
    return { figures: named('storm', figures), holds: agreed === 0 && texts === 0 && figures.callsOfTheirs === 0 && areUnharmed(callers) }
  } finally {
    await product.stop()
  }
}

/** Noise to every port for sound, fifty times a second each: nothing comes back, and no message has any of it. */
export const spray: Part = async (log, { seconds, signal }) => {
  const product = await lineThatRecords()
  try {
    log(`noise to ${product.asterisk.rtpPorts.last - product.asterisk.rtpPorts.first + 1} ports for ${seconds} s`)
    const attack = await sprayAudio(STRANGER, product.asterisk.rtpPorts)
    const callers = await speakFor(product, { seconds, signal, log })
    const { sent, received } = attack.stop()
    return { figures: named('spray', { sent, received, ...callers }), holds: received === 0 && areUnharmed(callers) }
  } finally {
    await product.stop()
  }
}

const lineThatRecords = () =>
  startTestProduct({
    postgres: 'own',
    arrange: async (db) => void (await db.updateTable('country').set({ queueLimitSeconds: 0 }).execute()),
  })

type Told = { messages: number; messagesWhole: number; late: number; answerP99Ms: number }
const areUnharmed = ({ messages, messagesWhole, late }: Told) => messages > 0 && messagesWhole === messages && late === 0

/** A few at a time ring and leave a message until the time is over; then each message is listened to. */
async function speakFor(
  product: TestProduct,
  { seconds, signal, log }: { seconds: number; signal: AbortSignal; log: (line: string) => void },
): Promise<Told> {
  const { vietNam, close } = await openCallers(product)
  const promptsMs = ['greeting', 'pin-offer', 'leave-message'].reduce(
    (sum, name) => sum + readWav(`${product.folder}/sounds/vi/${name}.wav`).length / 8,
    0,
  )
  try {
    const speakers: Speaker[] = []
    const { callers, country } = vietNam
    for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
      speakers.push(...(await speakTogether({ callers, extension: country.cardDid, count: SPEAKERS, promptsMs, signal })))
      if (speakers.length % (10 * SPEAKERS) === 0) log(`${speakers.length} messages so far`)
    }
    const supervisor = await signIn(product, 'supervisor')
    const numbers = speakers.map(({ call }) => call.number)
    const { kept } = await keptMessages(product, supervisor, { numbers, withinMs: 60_000 })
    const isKept = (speaker: Speaker) => kept.has(speaker.call.number) && isWhole(kept.get(speaker.call.number)!, speaker)
    const answeredMs = speakers.map(({ call }) => call.answeredMs ?? Infinity)
    return {
      messages: speakers.length,
      messagesWhole: speakers.filter(isKept).length,
      late: answeredMs.filter((ms) => ms > LATE_MS).length,
      answerP99Ms: Math.round(percentile(answeredMs, 99)),
    }
  } finally {
    close()
  }
}

const named = (prefix: string, figures: Record<string, number>) =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}${name[0]!.toUpperCase()}${name.slice(1)}`, value]))
