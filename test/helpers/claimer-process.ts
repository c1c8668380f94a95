/**
 * A process of its own whose agents take callbacks, one after the other, for ever; each order it gives is a line it prints. Begun with
 * `startClaimers`, and ended by a kill.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { attemptEnded, NothingToCall, takeNext } from '../../server/domains/callbacks/service.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { createDb, type DbPool } from '../../server/platform/db/db.ts'
import { fixedClock } from '../../server/platform/time/clock.ts'
import { runBetweenTransactions } from './between-transactions.ts'
import { type ClaimerLine, readTask } from './claimer-task.ts'

const task = readTask()
const db = createDb(task.databaseUrl, { max: 10 })
const clock = fixedClock(task.now)
const cipher = new FieldCipher(task.keyRing)
const say = (line: ClaimerLine) => process.stdout.write(`${JSON.stringify(line)}\n`)

function depsOn(pool: DbPool) {
  const deps = { db: pool, cipher, clock }
  const placeCall = async ({ callbackId, attemptId }: { callbackId: string; attemptId: string }) => {
    say({ kind: 'order', callbackId })
    // The worker's phone is busy at once, and the agent free for the next.
    const busy = { hangupCause: 17, sipStatus: 486, lastDialStatus: 'BUSY', timedOutByUs: false, rang: false, hadConversation: false }
    await attemptEnded(deps, attemptId, { at: clock.now(), ended: { kind: 'worker', ...busy } })
  }
  return { ...deps, callbackTelephony: { placeCall, hangUpCall: () => Promise.resolve(), trunkState: () => 'reachable' as const } }
}

async function takeForEver(agentUserId: string): Promise<void> {
  for (;;) {
    try {
      await takeNext(depsOn(db), { agentUserId })
    } catch (error) {
      if (!(error instanceof NothingToCall)) throw error
      await wait(20)
    }
  }
}

/** Claims one, and stands between the claim's commit and the attempt's. */
function standBetween(agentUserId: string): Promise<unknown> {
  const stand = () => {
    say({ kind: 'between', agentUserId })
    return new Promise<void>(() => {})
  }
  return takeNext(depsOn(runBetweenTransactions(db, stand)), { agentUserId })
}

const { standing, agentUserIds } = task
await Promise.all([...agentUserIds.map(takeForEver), ...(standing === undefined ? [] : [standBetween(standing)])])
