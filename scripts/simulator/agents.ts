import { setTimeout as wait } from 'node:timers/promises'
import type { DemoAgent } from './demo.ts'
import { answers, createPhone, NotRegistered, type Phone } from './phone/index.ts'
import { conversation } from './sentences.ts'
import { talk } from './talk.ts'

const ANSWER_AFTER_MS = 800
const TRY_AGAIN_MS = 2000
const EXPIRES_SECONDS = 120

/**
 * Registers a SIP phone for each demo agent and answers every call on it by itself, so that a callback taken in the console
 * goes through with nobody holding a phone. Resolves at once: registering goes on in the background until the product knows
 * the agents. Whoever registers the same user with a real phone takes its place until the next renewal.
 */
export async function startAgents({
  agents,
  log,
}: {
  agents: DemoAgent[]
  log: (line: string) => void
}): Promise<{ stop(): Promise<void> }> {
  const phones = await Promise.all(agents.map((agent) => startAgent(agent, log)))
  return {
    stop: async () => {
      await Promise.all(phones.map((phone) => phone.stop()))
    },
  }
}

async function startAgent({ sipUser, password, registrar, languages }: DemoAgent, log: (line: string) => void) {
  const phone = await createPhone({ address: '127.0.0.1', user: sipUser, password, registrar, remembers: false })
  phone.onCall(async (call) => {
    try {
      await answers({ afterMs: ANSWER_AFTER_MS })(call)
      if (!call.isEnded) await talk(call, await conversation(languages[0] ?? 'en'))
    } catch (error) {
      // One call that went wrong (no speech synthesiser, say) must not end the demo.
      log(`${sipUser}: the agent's phone gave up a call: ${String(error)}`)
    }
  })
  const stopping = Promise.withResolvers<'stopped'>()
  const registered = keepTrying(phone, stopping.promise).then((isRegistered) => {
    if (isRegistered) log(`${sipUser}: the agent's phone is registered`)
  })
  return {
    stop: async () => {
      stopping.resolve('stopped')
      await phone.close()
      await registered
    },
  }
}

/** True once registered (the phone renews by itself from then on), false when stopped before. */
async function keepTrying(phone: Phone, stopped: Promise<'stopped'>): Promise<boolean> {
  const outcome = await Promise.race([tryOnce(phone), stopped])
  if (outcome !== 'refused') return outcome === 'registered'
  const next = await Promise.race([wait(TRY_AGAIN_MS, 'again' as const), stopped])
  return next === 'again' ? keepTrying(phone, stopped) : false
}

/** Refused is what happens until the service has told Asterisk about its agents, soon after it has come up. */
async function tryOnce(phone: Phone): Promise<'registered' | 'refused'> {
  try {
    await phone.register({ expiresSeconds: EXPIRES_SECONDS })
    return 'registered'
  } catch (error) {
    if (!(error instanceof NotRegistered)) throw error
    return 'refused'
  }
}
