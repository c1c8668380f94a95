/** The workers' phones, all of a country behind its carrier: each does what its life says, and writes down what came. */
import { setTimeout as wait } from 'node:timers/promises'
import { createPhone, type IncomingCall, type Phone, rejects, ringsForever } from '../phone/index.ts'
import type { TestProduct } from '../product.ts'
import { type Life, lineOf, wrongWith } from './lives.ts'
import type { Line } from './plan.ts'

const PICKS_UP_AFTER_MS = 50

/** How often something happened at the workers' end that should not have. */
export type Wrongs = Record<'doubled' | 'outside-slot' | 'too-soon' | 'nobody-we-know', number>
export const noWrongs = (): Wrongs => ({ doubled: 0, 'outside-slot': 0, 'too-soon': 0, 'nobody-we-know': 0 })

export type Lines = { rings: () => number; stop(): Promise<void> }

/** @param now the product's calendar @param byNumber lives by E.164 */
export async function startLines(
  { demo }: Pick<TestProduct, 'demo'>,
  { byNumber, wrongs, now }: { byNumber: ReadonlyMap<string, Life>; wrongs: Wrongs; now: () => Date },
): Promise<Lines> {
  let rings = 0
  const take = async (call: IncomingCall) => {
    rings++
    const life = byNumber.get(`+${call.calledNumber.replace(/^\+/, '')}`)
    if (!life) {
      wrongs['nobody-we-know']++
      return call.reject(404)
    }
    const wrong = wrongWith(life, now())
    if (wrong) wrongs[wrong]++
    const line = lineOf(life)
    life.rings.push({ at: now(), line })
    life.call = call
    await behave(call, line)
    await call.ended
    if (life.call === call) life.call = undefined
  }
  const phones: Phone[] = []
  const stop = async () => void (await Promise.all(phones.map((phone) => phone.close())))
  try {
    for (const { carrier } of demo.countries) {
      const phone = await createPhone({ address: carrier.host, port: carrier.port, user: 'carrier', remembers: false, hasAudio: false })
      phones.push(phone)
      phone.onCall(take)
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { rings: () => rings, stop }
}

async function behave(call: IncomingCall, line: Line): Promise<void> {
  switch (line) {
    case 'answers':
      call.ring()
      await wait(PICKS_UP_AFTER_MS)
      return call.answer()
    case 'no-answer':
      return ringsForever()(call)
    case 'busy':
      return rejects(486, { q850: 17 })(call)
    case 'rejects':
      return rejects(603, { afterMs: 300, q850: 21 })(call)
    case 'switched-off':
      return rejects(480, { q850: 20 })(call)
    case 'dead':
      return rejects(404, { q850: 1 })(call)
  }
}
