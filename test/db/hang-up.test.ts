/** Two services on one database: the agent's browser speaks with one, the call runs in the other. */
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createLiveListener } from '../../server/platform/live/listener.ts'
import { createHangUp } from '../../server/telephony/runtime/hang-up.ts'
import { createTestDatabase } from '../helpers/postgres.ts'

const MINE = '00000000-0000-4000-8000-000000000001'
const THEIRS = '00000000-0000-4000-8000-000000000002'

/** A process that runs these calls. `ended`: those it was told to end. */
async function startProcess(database: Awaited<ReturnType<typeof createTestDatabase>>, calls: readonly string[]) {
  const live = createLiveListener(database.databaseUrl, pino({ level: 'silent' }))
  await live.start()
  onTestFinished(() => live.stop())
  const ended: string[] = []
  const asked: string[] = []
  const hangUpHere = (id: string) => {
    asked.push(id)
    if (calls.includes(id)) ended.push(id)
    return calls.includes(id)
  }
  return { ended, asked, hangUp: createHangUp({ db: database.db, live, hangUpHere }) }
}

test('a call is ended in the process that runs it, whichever was asked, and once', async () => {
  const database = await createTestDatabase()
  onTestFinished(() => database.drop())
  const one = await startProcess(database, [MINE])
  const other = await startProcess(database, [THEIRS])

  await one.hangUp(MINE)
  expect(one.ended).toEqual([MINE])
  await one.hangUp(THEIRS)
  await expect.poll(() => other.ended).toEqual([THEIRS])
  // What is over, or nobody's, troubles nobody; and its own call was told to nobody else.
  await other.hangUp('00000000-0000-4000-8000-000000000003')
  await expect.poll(() => one.asked.length).toBe(4)
  expect([one.ended, other.ended]).toEqual([[MINE], [THEIRS]])
  expect(other.asked).not.toContain(MINE)
})
