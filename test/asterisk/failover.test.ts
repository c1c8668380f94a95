/** A country with several carriers: what one of them fails to carry, another does, and nobody is rung twice. */
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { LineSetUp } from '../../server/domains/countries/contract.ts'
import { tone, toneLevel } from '../helpers/audio/index.ts'
import { answers, type CallHandler, createPhone, type Phone, rejects, staysSilent } from '../helpers/phone/index.ts'
import { freeUdpPort } from '../helpers/ports.ts'
import { type CallbackSite, catchCall, COUNTRY, startCallbackSite } from './callback-site.ts'

const FIRST = 'vn-1'
const SECOND = { id: 'vn-2', host: '127.0.7.2' } as const
/** TCP, and nobody listens unless a test does. */
const STREAM = { id: 'vn-3', host: '127.0.7.3' } as const
/** Answers none of Asterisk's questions about its state. */
const SILENT = { id: 'vn-4', host: '127.0.7.4' } as const

let site: CallbackSite
let second: Phone
/** Of all carriers but the first. */
let port: number
beforeAll(async () => {
  port = await freeUdpPort(SECOND.host)
  site = await startCallbackSite({
    arrange: async (db) => {
      const trunks = [SECOND, STREAM, SILENT].map(({ id, host }, index) => ({
        ...{ id, countryId: COUNTRY, carrierHost: host, carrierPort: port, dialOrder: index + 2 },
        ...(id === STREAM.id ? { transport: 'tcp', answersOptions: false } : {}),
      }))
      await db.insertInto('trunk').values(trunks).execute()
      // Its phone comes after Asterisk's first question: it would count as silent for half a minute, and the second might not.
      await db.updateTable('trunk').set({ answersOptions: false }).where('id', '=', FIRST).execute()
    },
  })
  second = await createPhone({ address: SECOND.host, port })
}, 180_000)
afterAll(async () => {
  await second?.close()
  await site?.stop()
})

const isOut: Record<string, boolean> = {}
/** Only these are tried, in this order. */
async function dialOrder(...ids: string[]) {
  const all = [FIRST, SECOND.id, STREAM.id, SILENT.id]
  for (const id of all) {
    const out = !ids.includes(id)
    if ((isOut[id] ?? false) !== out) {
      await site.supervisor.send('POST', `/api/trunks/${id}/${out ? 'pause' : 'resume'}`, out ? { reason: 'Not of this test.' } : undefined)
    }
    isOut[id] = out
    if (!out)
      await site.product.db
        .updateTable('trunk')
        .set({ dialOrder: ids.indexOf(id) + 1 })
        .where('id', '=', id)
        .execute()
  }
}
beforeEach(async () => {
  site.agentPhone.onCall(answers({ afterMs: 100 }))
  await site.product.db.deleteFrom('trunkFailure').execute()
  await dialOrder(FIRST, SECOND.id)
})

const invites = (phone: Phone) => phone.sipLog.filter(({ direction, text }) => direction === 'received' && text.startsWith('INVITE')).length
const ledger = async (callbackId: string) => {
  const attempts = await site.product.db
    .selectFrom('attempt')
    .select(['id', 'trunkId', 'outcome'])
    .where('callbackId', '=', callbackId)
    .execute()
  const failures = await site.product.db.selectFrom('trunkFailure').select(['attemptId', 'trunkId', 'sipStatus']).execute()
  return {
    attempts: attempts.map(({ trunkId, outcome }) => ({ trunkId, outcome })),
    failures: failures.map(({ trunkId, sipStatus }) => ({ trunkId, sipStatus })),
  }
}
async function take() {
  const { id } = await site.dueCallback()
  const before = [invites(site.carrier), invites(second)]
  await site.agent.send('POST', `/api/callbacks/${id}/take`)
  return { id, rung: () => [invites(site.carrier) - before[0]!, invites(second) - before[1]!] }
}
async function name(id: string) {
  await expect.poll(() => site.status(id), { timeout: 10_000 }).toBe('wrap-up')
  await site.agent.send('POST', `/api/callbacks/${id}/outcome`, { outcome: 'complete' })
}

describe('a carrier that fails before anything rings, so that nobody is rung twice', () => {
  test.each<[string, CallHandler, number]>([
    ['has no line (503)', rejects(503), 503],
    ['forbids the call (403)', rejects(403), 403],
  ])('as it %s, is followed by the next within the same try, and the agent and the worker talk', async (_, fails, sipStatus) => {
    site.carrier.onCall(fails)
    const [workerRung, agentRung] = [catchCall(second, answers({ afterMs: 200 })), catchCall(site.agentPhone, answers({ afterMs: 100 }))]
    const { id, rung } = await take()
    const [toWorker, toAgent] = await Promise.all([workerRung, agentRung])
    await expect.poll(() => site.status(id)).toBe('talking')
    await Promise.all([toAgent.play(tone(440, 2000)), toWorker.play(tone(1000, 2000))])
    expect(toneLevel(toWorker.heard, 440)).toBeGreaterThan(5 * toneLevel(toWorker.heard, 700))
    expect(toneLevel(toAgent.heard, 1000)).toBeGreaterThan(5 * toneLevel(toAgent.heard, 700))
    expect(toWorker.callerNumber.replace('+', '')).toBe(site.country.callbackDid.replace('+', ''))
    await toWorker.hangUp()
    await name(id)
    expect(rung()).toEqual([1, 1])
    expect(await ledger(id)).toEqual({
      attempts: [{ trunkId: SECOND.id, outcome: 'complete' }],
      failures: [{ trunkId: FIRST, sipStatus }],
    })
    expect(await site.view(id)).toMatchObject({ status: 'done', countedAttempts: 1 })
  })

  test('as Asterisk does not know it, though it should, is followed by the next', async () => {
    const { db } = site.product
    const forgotten = { id: 'vn-6', countryId: COUNTRY, carrierHost: '127.0.7.6', carrierPort: port, dialOrder: 1, toldAt: new Date() }
    await db.insertInto('trunk').values(forgotten).execute()
    // Announced as any change, so that the service has it in memory.
    await site.supervisor.send('POST', `/api/trunks/${forgotten.id}/pause`, { reason: 'To be resumed at once.' })
    await site.supervisor.send('POST', `/api/trunks/${forgotten.id}/resume`)
    await dialOrder(SECOND.id)
    await db.updateTable('trunk').set({ dialOrder: 2 }).where('id', '=', SECOND.id).execute()
    const before = [invites(site.carrier), invites(second)]
    const workerRung = catchCall(second, answers({ afterMs: 200 }))
    const { id } = await site.dueCallback()
    const takenIfWaiting = async () => {
      // Until the service has it in memory, it takes no order for it, and the callback is due as before.
      if ((await site.status(id)) === 'waiting') await site.agent.send('POST', `/api/callbacks/${id}/take`)
      return site.status(id)
    }
    await expect.poll(takenIfWaiting, { timeout: 15_000 }).toBe('talking')
    await (await workerRung).hangUp()
    await name(id)
    expect([invites(site.carrier) - before[0]!, invites(second) - before[1]!]).toEqual([0, 1])
    const { attempts, failures } = await ledger(id)
    expect(attempts.at(-1)).toEqual({ trunkId: SECOND.id, outcome: 'complete' })
    expect(failures).toEqual([{ trunkId: forgotten.id, sipStatus: null }])
    await site.supervisor.send('POST', `/api/trunks/${forgotten.id}/pause`, { reason: 'Not of the other tests.' })
  })

  test('uses up no try when all of them do', async () => {
    site.carrier.onCall(rejects(503))
    second.onCall(rejects(500))
    const { id, rung } = await take()
    await expect.poll(() => site.lastOutcome(id), { timeout: 15_000 }).toBe('trunk-failure')
    expect(rung()).toEqual([1, 1])
    expect(await ledger(id)).toEqual({
      attempts: [{ trunkId: SECOND.id, outcome: 'trunk-failure' }],
      failures: [{ trunkId: FIRST, sipStatus: 503 }],
    })
    expect(await site.view(id)).toMatchObject({ status: 'waiting', countedAttempts: 0 })
  })
})

describe('nobody is rung twice: the next carrier is not tried when', () => {
  test.each<[string, CallHandler, string]>([
    ['the worker is busy', rejects(486), 'busy'],
    ['the number is dead', rejects(404), 'dead-number'],
    ['the phone is switched off', rejects(480), 'unreachable'],
    ['the first rang before it failed', rejects(503, { afterMs: 300 }), 'no-answer'],
    ['the first is silent, for it may be ringing', staysSilent(), 'trunk-failure'],
  ])('%s', async (_, behave, outcome) => {
    site.carrier.onCall(behave)
    second.onCall(answers())
    const { id, rung } = await take()
    await expect.poll(() => site.lastOutcome(id), { timeout: 25_000 }).toBe(outcome)
    expect(rung()[1]).toBe(0)
    expect(await ledger(id)).toMatchObject({ attempts: [{ trunkId: FIRST, outcome }], failures: [] })
  })
})

/** A carrier that takes the connection and closes it once it has read a call. @returns the methods it read */
async function readsAndCloses(): Promise<{ read: string[]; close: () => void }> {
  const read: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', (data) => {
      read.push(/^[A-Z]+/.exec(data.toString())?.[0] ?? '')
      socket.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, STREAM.host, resolve))
  return { read, close: () => server.close() }
}

describe('nobody is rung twice: over TCP, from where Asterisk tells both alike, the next carrier is not tried when the connection', () => {
  const endsThere = async () => {
    await dialOrder(STREAM.id, SECOND.id)
    second.onCall(answers())
    const { id, rung } = await take()
    await expect.poll(() => site.lastOutcome(id), { timeout: 15_000 }).toBe('trunk-failure')
    expect(rung()).toEqual([0, 0])
    expect(await ledger(id)).toEqual({ attempts: [{ trunkId: STREAM.id, outcome: 'trunk-failure' }], failures: [] })
    expect(await site.view(id)).toMatchObject({ status: 'waiting', countedAttempts: 0 })
  }

  test('breaks after the carrier has read the call', async () => {
    const carrier = await readsAndCloses()
    await endsThere()
    expect(carrier.read).toEqual(['INVITE'])
    carrier.close()
  })

  test('is refused', endsThere)
})

test('when all trunks are stopped the country waits, and no try is used up', async () => {
  await dialOrder()
  const { id } = await site.dueCallback()
  await expect(site.agent.send('POST', `/api/callbacks/${id}/take`)).rejects.toThrow(/409/)
  const after = await site.view(id)
  expect(after).toMatchObject({ status: 'waiting', countedAttempts: 0, attempts: [] })
  expect(after.whyNow).toContain('Not of this test.')
})

test('a call that comes in over the second carrier is answered on the same number, and takes up a channel of that carrier', async () => {
  const line = await site.supervisor.get<LineSetUp>(`/api/lines/${COUNTRY}`)
  expect(line.trunks.map(({ id }) => id)).toEqual(expect.arrayContaining([FIRST, SECOND.id, STREAM.id, SILENT.id]))
  await site.agent.send('POST', '/api/agents/me/status', { status: 'free' })
  const { sipPort } = site.product.asterisk
  const call = second.call(`sip:${site.country.cardDid}@127.0.0.1:${sipPort}`, { from: '+84912345671' })
  await call.answered
  const conversation = () =>
    site.product.db
      .selectFrom('attempt')
      .select(['callbackId', 'trunkId'])
      .where('isInbound', '=', true)
      .where('endedAt', 'is', null)
      .executeTakeFirst()
  await expect.poll(conversation, { timeout: 15_000 }).toMatchObject({ trunkId: SECOND.id })
  const { callbackId } = (await conversation())!
  await expect(site.administrator.send('DELETE', `/api/trunks/${SECOND.id}`)).rejects.toThrow(/409.*trunk-in-use/)
  await call.hangUp()
  await name(callbackId)
})

describe('passed over from the start', () => {
  const carriedBySecond = async () => {
    site.carrier.onCall(rejects(500))
    const workerRung = catchCall(second, answers({ afterMs: 100 }))
    const { id, rung } = await take()
    const toWorker = await workerRung
    await expect.poll(() => site.status(id)).toBe('talking')
    await toWorker.hangUp()
    await name(id)
    expect(rung()).toEqual([0, 1])
    expect(await ledger(id)).toMatchObject({ attempts: [{ trunkId: SECOND.id }], failures: [] })
  }

  test('is a trunk that a person stopped', async () => {
    await dialOrder(SECOND.id)
    await carriedBySecond()
  })

  test('is a trunk that Asterisk was not told of yet', async () => {
    const added = { id: 'vn-5', carrierHost: '127.0.7.5', carrierPort: 5060 }
    await site.administrator.send('POST', `/api/lines/${COUNTRY}/trunks`, added)
    await site.product.db.updateTable('trunk').set({ dialOrder: 1 }).where('id', '=', added.id).execute()
    await dialOrder(SECOND.id)
    await site.product.db.updateTable('trunk').set({ dialOrder: 2 }).where('id', '=', SECOND.id).execute()
    await carriedBySecond()
    await site.supervisor.send('POST', `/api/trunks/${added.id}/pause`, { reason: 'Not of the other tests.' })
  })

  test('is a trunk without a free channel', async () => {
    const most = (maxChannels: number) => site.product.db.updateTable('trunk').set({ maxChannels }).where('id', '=', FIRST).execute()
    await most(1)
    const { id: blocking } = await site.dueCallback()
    // A call that goes on over the first trunk, as the ledger knows it.
    const callback = await site.product.db
      .selectFrom('callback')
      .select('phoneNumberId')
      .where('id', '=', blocking)
      .executeTakeFirstOrThrow()
    const agentUserId = (await site.myself()).userId
    const busy = { id: crypto.randomUUID(), callbackId: blocking, trunkId: FIRST, claimToken: crypto.randomUUID(), agentUserId }
    await site.product.db
      .insertInto('attempt')
      .values({ ...busy, ...callback, numberInCallback: 1, createdAt: new Date() })
      .execute()
    await carriedBySecond()
    await site.product.db.deleteFrom('attempt').where('id', '=', busy.id).execute()
    await most(30)
  })

  // Last: by now Asterisk has asked them for most of the minute within which it knows.
  test('is a trunk whose carrier answers no questions, as long as another one does', async () => {
    await dialOrder(SILENT.id, SECOND.id)
    const foundFor = async ({ id }: { id: string }) => {
      const { findings } = await site.supervisor.send<{ findings: { code: string }[] }>('POST', `/api/trunks/${id}/test`)
      return findings.map(({ code }) => code)
    }
    const atLast = { timeout: 80_000, interval: 1000 }
    await expect.poll(() => foundFor(SILENT), atLast).toContain('asterisk-hears-nothing')
    // Until it has been asked, the other one counts as silent too, and the order alone decides.
    await expect.poll(() => foundFor(SECOND), atLast).toContain('asterisk-reaches')
    await carriedBySecond()
  }, 120_000)
})

// Last: nothing after it has a second trunk.
test('a trunk that was removed carries no call out; who rings in by it, as Asterisk has it still, is answered', async () => {
  await dialOrder(SECOND.id, FIRST)
  await site.administrator.send('DELETE', `/api/trunks/${SECOND.id}`)
  const workerRung = catchCall(site.carrier, answers({ afterMs: 100 }))
  const { id, rung } = await take()
  const toWorker = await workerRung
  await expect.poll(() => site.status(id)).toBe('talking')
  await toWorker.hangUp()
  await name(id)
  expect(rung()).toEqual([1, 0])
  expect(await ledger(id)).toMatchObject({ attempts: [{ trunkId: FIRST }], failures: [] })
  await site.agent.send('POST', '/api/agents/me/status', { status: 'away' })
  const call = second.call(`sip:${site.country.cardDid}@127.0.0.1:${site.product.asterisk.sipPort}`, { from: '+84912345672' })
  await call.answered
  await expect.poll(() => call.heardMs, { timeout: 10_000 }).toBeGreaterThan(500)
  await call.hangUp()
})
