import { setTimeout as wait } from 'node:timers/promises'
import type { Call } from './phone/index.ts'

const PAUSE_MS = 1200
const PATIENCE_MS = 6000

/**
 * Talks like a person: says a sentence, listens until the other side has been quiet for a moment (or says nothing for six
 * seconds), says the next, and stays on the line in silence after the last. Resolves when the call is over.
 */
export async function talk(call: Call, sentences: Int16Array[]): Promise<void> {
  for (const sentence of sentences) {
    if (call.isEnded) return
    await call.play(sentence)
    await listen(call)
  }
  await call.ended
}

async function listen(call: Call): Promise<void> {
  const from = Date.now()
  const heardAt = (): number => call.silenceSince?.getTime() ?? 0
  while (!call.isEnded) {
    await Promise.race([wait(100), call.ended])
    const hasSpoken = heardAt() > from
    if (Date.now() - (hasSpoken ? heardAt() : from) > (hasSpoken ? PAUSE_MS : PATIENCE_MS)) return
  }
}
