import { SetupProblem } from '../lib/setup-problem.ts'
import { startAgents } from './agents.ts'
import type { Demo, DemoCountry } from './demo.ts'
import { behaviourOf, languageOf, type LineBehaviour } from './numbers.ts'
import { answers, callsBack, createPhone, rejects, ringsForever, textsBack, type IncomingCall, type Phone } from './phone/index.ts'
import { conversation } from './sentences.ts'
import { talk } from './talk.ts'

/*
 * The other end of the demo's trunks: one SIP peer per country, on the carrier's own loopback address, that plays all phones
 * of that country. numbers.ts says which number does what.
 */

const RING_MS = 2500
const LONGEST_CALL_MS = 10 * 60_000

export type StartCarriers = {
  demo: Pick<Demo, 'countries' | 'agents' | 'sip'>
  /** One line a fact; never a number. */
  log: (line: string) => void
  /** Whether the demo agents' phones are registered and answer by themselves, too (default true). */
  agents?: boolean
}

/**
 * Starts the demo's carriers and, unless told otherwise, its agents' phones; all of it lives in this process.
 * @throws SetupProblem when a carrier's address and port are taken
 */
export async function startCarriers({ demo, log, agents = true }: StartCarriers): Promise<{ stop(): Promise<void> }> {
  const parts: { stop(): Promise<void> }[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(parts.splice(0).map((part) => part.stop()))
  }
  try {
    for (const country of demo.countries) parts.push(await startCarrier(country, `${demo.sip.host}:${demo.sip.port}`, log))
    if (agents) parts.push(await startAgents({ agents: demo.agents, log }))
  } catch (error) {
    await stop()
    throw error
  }
  return { stop }
}

async function startCarrier(country: DemoCountry, customer: string, log: StartCarriers['log']): Promise<{ stop(): Promise<void> }> {
  const phone = await openAt(country)
  // The hotline's own numbers: it calls and texts them itself, to hear whether they answer.
  const isOwn = (number: string) => [country.cardDid, country.callbackDid].includes(`+${number.replace('+', '')}`)
  phone.onCall(async (call) => {
    if (isOwn(call.calledNumber)) return callsBack(phone, customer)(call)
    const behaviour = behaviourOf(call.calledNumber)
    log(`${country.id}: a worker's phone is called and ${SAID[behaviour]}`)
    try {
      await behave(call, behaviour, languageOf(call.calledNumber, country))
    } catch (error) {
      // One call that went wrong (no speech synthesiser, say) must not end the demo.
      log(`${country.id}: a worker's phone gave up a call: ${String(error)}`)
      call.vanish()
    }
  })
  phone.onMessage(async (text) => {
    if (isOwn(/^sips?:([^@]*)@/.exec(text.to)?.[1] ?? '')) await textsBack(phone, customer, text)
    else log(`${country.id}: a worker's phone got a text`)
  })
  return { stop: () => phone.close() }
}

async function openAt({ id, carrier }: DemoCountry): Promise<Phone> {
  try {
    return await createPhone({ address: carrier.host, port: carrier.port, user: 'carrier', remembers: false })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    throw new SetupProblem(
      `The simulated carrier of ${id} needs ${carrier.host}:${carrier.port}, which is taken: stop the other demo first.`,
    )
  }
}

async function behave(call: IncomingCall, behaviour: LineBehaviour, language: string): Promise<void> {
  switch (behaviour) {
    case 'busy':
      return rejects(486, { q850: 17 })(call)
    case 'no-answer':
      return ringsForever()(call)
    case 'rejects':
      return rejects(603, { afterMs: RING_MS, q850: 21 })(call)
    case 'dead':
      return rejects(404, { q850: 1 })(call)
    case 'answers':
      return answerAndTalk(call, language)
  }
}

async function answerAndTalk(call: IncomingCall, language: string): Promise<void> {
  await answers({ afterMs: RING_MS })(call)
  if (call.isEnded) return
  // Nobody at the other end may be left to hang up: a forgotten demo call must not live for ever.
  const limit = setTimeout(() => void call.hangUp(), LONGEST_CALL_MS)
  await talk(call, await conversation(language)).finally(() => clearTimeout(limit))
}

const SAID: Record<LineBehaviour, string> = {
  answers: 'answers',
  busy: 'is busy',
  'no-answer': 'is not answered',
  rejects: 'rejects the call',
  dead: 'does not exist',
}
