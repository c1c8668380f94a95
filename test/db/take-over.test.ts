/** Who may take the calls of another process over, and what it finds out about it. */
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { endCall, findTakenFrom, listOpenCalls, recordArrived, takeOverCalls } from '../../server/domains/calls/service.ts'
import { listSilent, noteInstance } from '../../server/platform/db/instances.ts'
import { createPlace } from '../../server/platform/db/place.ts'
import { MINUTE } from '../../server/platform/time/duration.ts'
import { CARD_DID, type Hotline, makeHotline } from '../helpers/hotline.ts'

const quiet = { warn: () => {} }

async function callOf(hotline: Hotline, instance: string): Promise<string> {
  const callId = randomUUID()
  const facts = { channelId: callId, direction: 'inbound', flow: 'inbound', did: CARD_DID, callerE164: null } as const
  await recordArrived(hotline.deps, { callId, ...facts, startedAt: hotline.clock.now(), instance })
  return callId
}

async function fellSilent(hotline: Hotline, instance: string): Promise<void> {
  await noteInstance(hotline.db, instance, null)
  await hotline.db
    .updateTable('serviceInstance')
    .set({ seenAt: new Date(Date.now() - MINUTE) })
    .where('instance', '=', instance)
    .execute()
}

const takeOver = (hotline: Hotline, to: string) => takeOverCalls(hotline.deps, { from: '2', to, at: hotline.clock.now() })

test('one of two gets the open calls of a process that fell silent, and what has ended stays as it was', async () => {
  const hotline = await makeHotline()
  const [open, ended] = [await callOf(hotline, '2'), await callOf(hotline, '2')]
  await endCall(hotline.deps, { callId: ended, at: hotline.clock.now(), reason: 'hung-up' })
  for (const living of ['1', '3']) await noteInstance(hotline.db, living, null)
  await fellSilent(hotline, '2')
  expect(await listSilent(hotline.db, '1')).toEqual(['2'])
  expect(await listSilent(hotline.db, '2')).toEqual([])

  const both = await Promise.all([takeOver(hotline, '1'), takeOver(hotline, '3')])
  expect(both.filter((calls) => calls === undefined)).toHaveLength(1)
  const mine = both[0] ? '1' : '3'
  expect((both[0] ?? both[1])!.map(({ callId }) => callId)).toEqual([open])
  expect((await listOpenCalls(hotline.deps, mine)).map(({ callId }) => callId)).toEqual([open])
  expect(await listSilent(hotline.db, '1')).toEqual([])
  expect([...(await findTakenFrom(hotline.deps, '2', [open, ended])).keys()]).toEqual([open])
})

test('who was only taken for dead learns it once; who says in time that it lives keeps its calls', async () => {
  const hotline = await makeHotline()
  const callId = await callOf(hotline, '2')
  await fellSilent(hotline, '2')
  expect(await noteInstance(hotline.db, '2', null)).toEqual({ wasTakenOver: false })
  expect(await takeOver(hotline, '1')).toBeUndefined()
  expect(await findTakenFrom(hotline.deps, '2', [callId])).toEqual(new Map())

  await fellSilent(hotline, '2')
  expect(await takeOver(hotline, '1')).toHaveLength(1)
  expect(await noteInstance(hotline.db, '2', null)).toEqual({ wasTakenOver: true })
  expect(await noteInstance(hotline.db, '2', null)).toEqual({ wasTakenOver: false })
})

test('nothing is done in the place of a process that holds it, nor in one’s own; a start waits for whoever acts in its place', async () => {
  const { databaseUrl } = await makeHotline()
  const [one, two, twoAgain] = ['1', '2', '2'].map((instance) => createPlace({ databaseUrl, instance, log: quiet }))
  const done: string[] = []
  const act = (what: string) => async () => void done.push(what)
  try {
    await Promise.all([one!.start(), two!.start()])
    expect(await one!.inPlaceOf('2', act('of one that lives'))).toBe(false)
    expect(await one!.inPlaceOf('1', act('of oneself'))).toBe(false)
    await two!.stop()

    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const { promise: acting, resolve: acts } = Promise.withResolvers<void>()
    const inPlace = one!.inPlaceOf('2', async () => {
      acts()
      await mayEnd
      done.push('of one that died')
    })
    await acting
    const starting = twoAgain!.start().then(() => done.push('started again'))
    end()
    expect(await inPlace).toBe(true)
    await starting
    expect(done).toEqual(['of one that died', 'started again'])
  } finally {
    await Promise.all([one, two, twoAgain].map((place) => place!.stop()))
  }
})
