import { setTimeout as pause } from 'node:timers/promises'
import { decodeWav } from './audio/index.ts'
import type { ApiClient } from './api.ts'
import type { TestProduct } from './product.ts'
import { numbersOf } from './product-numbers.ts'

/**
 * The messages of these callers as the console plays them, by number, once all are there or time is up.
 * @param flows without `fallback`: those that the service took, and not the dialplan for want of it
 */
export async function keptMessages(
  { db, folder }: Pick<TestProduct, 'db' | 'folder'>,
  supervisor: ApiClient,
  { numbers, withinMs, flows = ['inbound'] }: { numbers: readonly string[]; withinMs: number; flows?: ('inbound' | 'fallback')[] },
): Promise<{ kept: Map<string, Int16Array>; doubles: number }> {
  const numberOf = await numbersOf({ db, folder })
  const wanted = new Set(numbers)
  const ids = new Map<string, string>()
  const seen = new Set<string>()
  let doubles = 0
  for (const until = performance.now() + withinMs; ids.size < wanted.size && performance.now() < until; await pause(250)) {
    const rows = await db
      .selectFrom('voicemail')
      .innerJoin('call', 'call.id', 'voicemail.callId')
      .select(['voicemail.id', 'call.phoneNumberId'])
      .where('call.flow', 'in', flows)
      .execute()
    for (const { id, phoneNumberId } of rows.filter((row) => !seen.has(row.id))) {
      seen.add(id)
      const number = phoneNumberId === null ? undefined : await numberOf(phoneNumberId)
      if (number === undefined || !wanted.has(number)) continue
      if (ids.has(number)) doubles += 1
      ids.set(number, id)
    }
  }
  const kept = new Map<string, Int16Array>()
  for (const [number, id] of ids) {
    const reply = await supervisor.request('GET', `/api/voicemails/${id}/audio`)
    if (reply.ok) kept.set(number, decodeWav(new Uint8Array(await reply.arrayBuffer())))
  }
  return { kept, doubles }
}
