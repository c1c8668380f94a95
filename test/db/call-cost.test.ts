/** What a call costs the database: as many statements as it needs, in one transaction, with one announcement of each change. */
import type { KyselyPlugin } from 'kysely'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { recordMissedCall } from '../../server/domains/callbacks/service.ts'
import { endCall, recordArrived, recordStep, saveFlowState } from '../../server/domains/calls/service.ts'
import { loadCountryFacts } from '../../server/domains/countries/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { LIVE_CHANNEL } from '../../server/platform/live/announce.ts'
import { CARD_DID, makeHotline, numberOf } from '../helpers/hotline.ts'

const callId = '0197a6b8-0000-7000-8000-000000000001'

/** Neither `begin` nor `commit`. */
function countingStatements() {
  const counted = { statements: 0 }
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      counted.statements += 1
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
  return { counted, plugin }
}

test('a stranger who hangs up at once is a call, its steps, its end, a number, a worker and a callback, in 22 statements', async () => {
  const hotline = await makeHotline()
  const { counted, plugin } = countingStatements()
  const at = hotline.clock.now()
  // A process that has had a call before knows the countries.
  await loadCountryFacts(hotline.deps)
  await inTransaction(hotline.db.withPlugin(plugin), async (tx) => {
    const deps = { ...hotline.deps, db: tx }
    const call = { callId, channelId: '1763938865.42', direction: 'inbound', flow: 'inbound', did: CARD_DID, instance: '1' } as const
    await recordArrived(deps, { ...call, callerE164: numberOf(4712), startedAt: at })
    await saveFlowState(deps, callId, { flow: {}, sequence: 1 })
    await recordStep(deps, { callId, sequence: 1, name: 'menu-1', languageCode: 'bn', at })
    await recordMissedCall(deps, { callId, at })
    await endCall(deps, { callId, at, reason: 'hung-up' })
  })
  expect(counted.statements).toBeLessThanOrEqual(22)
  const call = await hotline.db.selectFrom('call').selectAll().where('id', '=', callId).executeTakeFirstOrThrow()
  expect(call).toMatchObject({ status: 'ended', endReason: 'hung-up', languageCode: 'bn', callerNumber: 'kept' })
  expect(await hotline.read(call.callbackId!)).toMatchObject({
    status: 'waiting',
    reason: 'missed-call',
    phoneNumberId: call.phoneNumberId,
  })
})

test('what changed several times in a transaction is announced once, when it commits, and never when it rolls back', async () => {
  const hotline = await makeHotline()
  const heard = await listenTo(hotline.databaseUrl)
  const at = hotline.clock.now()
  const arrive = async (id: string, fails: boolean) =>
    inTransaction(hotline.db, async (tx) => {
      const deps = { ...hotline.deps, db: tx }
      const call = { callId: id, channelId: id, direction: 'inbound', flow: 'inbound', did: CARD_DID, instance: '1' } as const
      await recordArrived(deps, { ...call, callerE164: null, startedAt: at })
      await recordStep(deps, { callId: id, sequence: 1, name: 'menu-1', languageCode: 'bn', at })
      await recordStep(deps, { callId: id, sequence: 2, name: 'recording', status: 'message', at })
      expect(heard).toEqual([])
      if (fails) throw new Error('it is not to be')
    })
  await expect(arrive(callId.replace(/1$/, '2'), true)).rejects.toThrow('not to be')
  await arrive(callId, false)
  await expect.poll(() => heard).toEqual([{ topic: 'call.changed', id: callId }])
})

async function listenTo(databaseUrl: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  const heard: unknown[] = []
  client.on('notification', ({ payload }) => heard.push(JSON.parse(payload ?? '')))
  await client.connect()
  onTestFinished(() => client.end())
  await client.query(`listen ${LIVE_CHANNEL}`)
  return heard
}
