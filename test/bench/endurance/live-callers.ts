/** A hundred calls in everything a call can be in: in the menu, waiting, leaving a message, talking. */
import { setTimeout as pause } from 'node:timers/promises'
import { callersPrefix } from '../../../scripts/bench/hotline-caller.ts'
import { messagesFor, type Speaker } from '../../../scripts/bench/round-of-messages.ts'
import { type SpeakingCall, SpeakingCallers } from '../../../scripts/bench/speaking-callers.ts'
import type { TestProduct } from '../../helpers/product.ts'
import { numbersOf } from '../../helpers/product-numbers.ts'
import { until } from './agents.ts'

export type Groups = { talking: SpeakingCall[]; waiting: SpeakingCall[]; speaking: Speaker[]; inMenu: SpeakingCall[] }

const PER_SECOND = 8
const SETTLE_MS = 60_000
/** For a group to get where it is wanted, and how often those who did not may try again. */
const GROUP_MS = 15_000
const ROUNDS = 4

/** Callers of each country the groups come from: a carrier's address is one socket's. */
export async function openCallers({ demo, asterisk }: TestProduct) {
  const target = { host: '127.0.0.1', port: asterisk.sipPort }
  const of = async (id: string) => {
    const country = demo.countries.find((one) => one.id === id)!
    return { country, callers: await SpeakingCallers.open(country.carrier, target, callersPrefix(country)) }
  }
  const [bangladesh, vietNam, india] = [await of('BD'), await of('VN'), await of('IN')]
  return { bangladesh, vietNam, india, close: () => [bangladesh, vietNam, india].forEach(({ callers }) => callers.close()) }
}
export type Callers = Awaited<ReturnType<typeof openCallers>>

type Wanted = { counts: Record<keyof Groups, number>; promptsMs: number }

/**
 * Begins them all; the menu last, as it does not last long. Bangladesh's agents must be as many as talk, and Viet Nam must ring none.
 * @param counts how many of each @param promptsMs what is said in Viet Nam before a message
 * @throws when a busy machine does not get them there
 */
export async function beginCalls(
  product: TestProduct,
  { bangladesh, vietNam, india }: Callers,
  { counts, promptsMs }: Wanted,
): Promise<Groups> {
  const messages = await messagesFor(counts.talking + counts.waiting + counts.speaking)
  const numbersIn = await numbersByStatus(product)
  const begin = (from: Callers['india'], sounds: readonly Int16Array[], status: string) =>
    beginGroup(from, sounds, () => numbersIn(from.country.id, status))
  const talking = await begin(bangladesh, messages.splice(0, counts.talking), 'talking')
  const waiting = await begin(bangladesh, messages.splice(0, counts.waiting), 'waiting')
  const speakers: Speaker[] = []
  for (const message of messages) {
    speakers.push({ call: vietNam.callers.ring(vietNam.country.cardDid, message), message, hasSpoken: false })
    await pause(1000 / PER_SECOND)
  }
  const inMenu = await begin(india, Array<Int16Array>(counts.inMenu).fill(new Int16Array(1600)), 'menu')
  const haveAllSpoken = () => {
    for (const speaker of speakers) {
      if (speaker.hasSpoken || !SpeakingCallers.isAskedToSpeak(speaker.call, promptsMs)) continue
      speaker.hasSpoken = true
      vietNam.callers.speak(speaker.call)
    }
    return speakers.every(({ hasSpoken }) => hasSpoken)
  }
  await until('the messages begin', haveAllSpoken, SETTLE_MS)
  return { talking, waiting, speaking: speakers, inMenu }
}

/** Who has not got there in time, on a busy machine, hangs up and rings again. */
async function beginGroup({ country, callers }: Callers['india'], sounds: readonly Int16Array[], numbers: () => Promise<Set<string>>) {
  let there: SpeakingCall[] = []
  for (let round = 1; there.length < sounds.length; round++) {
    if (round > ROUNDS) throw new Error(`${there.length} of ${sounds.length} calls have got there in ${ROUNDS} rounds`)
    const calls = [...there]
    for (const sound of sounds.slice(there.length)) {
      calls.push(callers.ring(country.cardDid, sound))
      await pause(1000 / PER_SECOND)
    }
    const areThere = async () => {
      const known = await numbers()
      return calls.every(({ number }) => known.has(number))
    }
    await until('all', areThere, GROUP_MS).catch(() => undefined)
    const known = await numbers()
    for (const call of calls.filter(({ number }) => !known.has(number))) callers.hangUp(call)
    there = calls.filter(({ number }) => known.has(number))
  }
  return there
}

/** Of calls that are going on. */
async function numbersByStatus({ db, folder }: TestProduct) {
  const open = await numbersOf({ db, folder })
  const opened = new Map<string, string>()
  return async (countryId: string, status: string): Promise<Set<string>> => {
    const rows = await db
      .selectFrom('call')
      .select('phoneNumberId')
      .where('countryId', '=', countryId)
      .where('status', '=', status)
      .where('endedAt', 'is', null)
      .execute()
    const numbers = new Set<string>()
    for (const { phoneNumberId } of rows) {
      if (phoneNumberId === null) continue
      if (!opened.has(phoneNumberId)) opened.set(phoneNumberId, await open(phoneNumberId))
      numbers.add(opened.get(phoneNumberId)!)
    }
    return numbers
  }
}
