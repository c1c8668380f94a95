import type { Db } from '../db/db.ts'
import { notify } from '../db/notify.ts'
import { lastInTransaction } from '../db/transaction.ts'

/** What changed, "thing.verb": call.changed, session.revoked. Domains name their own. */
export type LiveTopic = `${string}.${string}`
export type LiveChange = { topic: LiveTopic; id: string }

/** Announced with the session's id when it was revoked or its user changed. */
export const SESSION_REVOKED = 'session.revoked'

/** The Postgres channel all processes listen to. */
export const LIVE_CHANNEL = 'ringback_live'

const announced = new WeakMap<Db, Set<string>>()

/**
 * Tells every process that a thing changed. Leaves when the transaction commits, never if it rolls back; carries the id only,
 * so listeners read what they may show. Many changes of one thing in one transaction are told once, all of them in one statement.
 */
export async function announce(tx: Db, topic: LiveTopic, id: string): Promise<void> {
  const message = JSON.stringify({ topic, id } satisfies LiveChange)
  const messages = announced.get(tx) ?? new Set()
  const isLast = lastInTransaction(tx, 'announce', () => notify(tx, LIVE_CHANNEL, [...messages]))
  if (!isLast) return notify(tx, LIVE_CHANNEL, [message])
  announced.set(tx, messages.add(message))
}
