import { monotonicMs } from '../../server/platform/time/clock.ts'
import { askCarrier } from '../../server/telephony/probe/probe.ts'
import type { PhoneSide } from '../../server/context-telephony.ts'
import type { AgentPhoneFacts } from '../../server/domains/agents/ports.ts'
import type { Listening } from '../../server/domains/prompts/ports.ts'
import type { TextOrder } from '../../server/domains/texts/ports.ts'
import type { CallOrder } from '../../server/domains/callbacks/ports.ts'
import type { CheckOrder, HeardCall } from '../../server/domains/watchdog/ports.ts'

export type QuietPhoneSide = PhoneSide & {
  /** What the domains ordered, oldest first. */
  orders: CallOrder[]
  hungUp: string[]
  /** Prompts to be played on phones. */
  listenings: Listening[]
  pushed: AgentPhoneFacts[]
  removed: string[]
  /** Tests of gateways. */
  texts: TextOrder[]
  /** Checks of our own numbers. */
  checks: CheckOrder[]
  /** What the next checks hear; as if Asterisk were away when nothing is left. */
  heard: HeardCall[]
}

/** Stands in for Asterisk where a test is about HTTP or the database: takes every order and does nothing with it. */
export function quietPhoneSide(): QuietPhoneSide {
  const orders: CallOrder[] = []
  const hungUp: string[] = []
  const listenings: Listening[] = []
  const pushed: AgentPhoneFacts[] = []
  const removed: string[] = []
  const texts: TextOrder[] = []
  const checks: CheckOrder[] = []
  const heard: HeardCall[] = []
  const isUp = { isOk: true }
  return {
    orders,
    hungUp,
    listenings,
    pushed,
    removed,
    texts,
    checks,
    heard,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    callbackTelephony: {
      placeCall: async (order) => void orders.push(await Promise.resolve(order)),
      hangUpCall: async (attemptId) => void hungUp.push(await Promise.resolve(attemptId)),
      trunkState: () => 'unknown',
    },
    agentTelephony: {
      pushPhone: async (phone) => void pushed.push(await Promise.resolve(phone)),
      removePhone: async (sipUser) => void removed.push(await Promise.resolve(sipUser)),
    },
    promptTelephony: { playOnPhone: async (listening) => void listenings.push(await Promise.resolve(listening)) },
    trunkTelephony: {
      askCarrier: (question) => askCarrier(question, monotonicMs),
      trunkState: () => 'unknown',
    },
    trunkState: () => 'unknown',
    agentsChanged: () => {},
    numberTelephony: {
      ringNumber: async (order) => {
        checks.push(await Promise.resolve(order))
        return heard.shift() ?? { kind: 'not-made', reason: 'Nobody listens in this test.' }
      },
      loopText: () => Promise.resolve(true),
    },
    textTelephony: {
      sendText: async (order) => {
        texts.push(await Promise.resolve(order))
        return { kind: 'handed-over', gatewayMessageId: null }
      },
    },
    refreshFacts: () => {},
    databaseIsBack: () => {},
    lookForDead: () => Promise.resolve(),
    letGoOfTaken: () => Promise.resolve(),
    hasToldAll: () => true,
    readiness: () => ({ ari: isUp, lines: isUp, trunks: isUp }),
    metrics: () => ({}),
    isConnected: () => true,
    readinessParts: [],
  }
}
