import { describe, expect, test } from 'vitest'
import { raiseAlert } from '../../server/domains/alerts/service.ts'
import { ingestText } from '../../server/domains/texts/service.ts'
import type { TextOrder } from '../../server/domains/texts/ports.ts'
import type { CheckOrder, HeardCall } from '../../server/domains/watchdog/ports.ts'
import { createNumberWatchdog, ownTexts, recogniseCall } from '../../server/domains/watchdog/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { encodeWav, tone } from '../helpers/audio/index.ts'
import { CALLBACK_DID, CARD_DID, type Hotline, makeHotline } from '../helpers/hotline.ts'

/** Two "languages" whose greetings are tones that rise and fall, as different as speech. */
const greeting = (seed: number) => {
  const parts = Array.from({ length: 12 }, (_, index) => tone(300 + ((seed * 137 + index * index * 61) % 900), 200))
  return Int16Array.from(parts.flatMap((part) => [...part]))
}
const SOUNDS: Record<string, Int16Array> = { bn: greeting(1), en: greeting(5) }

async function watched({ heard }: { heard?: (order: CheckOrder) => HeardCall | Promise<HeardCall> } = {}) {
  const hotline = await makeHotline()
  const rings: CheckOrder[] = []
  const looped: string[] = []
  const sent: TextOrder[] = []
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const deps = (base: Hotline['deps']) => ({
    ...base,
    log,
    numberTelephony: {
      ringNumber: async (order: CheckOrder) => {
        rings.push(order)
        return heard ? heard(order) : says(hotline, order, 'bn')
      },
      loopText: async ({ body }: { body: string }) => looped.push(body) > 0,
    },
    textTelephony: {
      sendText: async (order: TextOrder) => {
        sent.push(order)
        return { kind: 'handed-over' as const, gatewayMessageId: null }
      },
    },
    soundOf: async (code: string) => SOUNDS[code] && encodeWav(SOUNDS[code]),
  })
  const watchdog = createNumberWatchdog(deps(hotline.deps))
  const due = (change: object = {}) =>
    hotline.db
      .updateTable('numberWatch')
      .set({ nextAt: new Date(0), ...change })
      .execute()
  const round = async () => {
    await watchdog.tick()
    await watchdog.idle()
  }
  const checks = () =>
    hotline.db
      .selectFrom('numberCheck')
      .select(['id', 'lineKind', 'kind', 'way', 'verdict', 'heardLanguageCode', 'token', 'detail'])
      .orderBy('startedAt')
      .orderBy('lineKind')
      .execute()
  const openAlerts = () =>
    hotline.db.selectFrom('alert').select(['kind', 'subject', 'resolvedAt']).where('closedAt', 'is', null).orderBy('subject').execute()
  // The first look plans the first checks; nothing rings yet.
  await round()
  return { hotline, deps, watchdog, rings, looped, sent, due, round, checks, openAlerts }
}

/** The line answers in that language, and knows the call for ours. */
async function says(hotline: Hotline, { token, lineKind }: CheckOrder, language: string): Promise<HeardCall> {
  await recogniseCall(hotline.deps, { token, countryId: 'BD', kind: lineKind })
  return { kind: 'heard', wav: encodeWav(SOUNDS[language]!), answeredAfterMs: 1200 }
}

const text = (body: string, did = CARD_DID) => ({
  sameness: `test ${body}`,
  gatewayId: null,
  did,
  from: `sip:${CARD_DID}@carrier`,
  body: Buffer.from(body),
  isCutOff: false,
  receivedAt: new Date(),
})

describe('checks of our numbers', () => {
  test('are planned within the hour, and made when they are due, once, however many processes look', async () => {
    const { hotline, deps, rings, due, round, checks, watchdog } = await watched()
    expect(rings).toEqual([])
    const planned = await hotline.db.selectFrom('numberWatch').select(['lineKind', 'everyMinutes']).orderBy('lineKind').execute()
    expect(planned).toEqual([
      { lineKind: 'callback', everyMinutes: 60 },
      { lineKind: 'card', everyMinutes: 60 },
    ])
    await due({ textWay: 'off' })
    const others = [1, 2, 3].map(() => createNumberWatchdog(deps(hotline.secondInstance())))
    await Promise.all([watchdog, ...others].map((each) => each.tick()))
    await Promise.all([watchdog, ...others].map((each) => each.idle()))
    expect((await checks()).map(({ lineKind, verdict, heardLanguageCode }) => [lineKind, verdict, heardLanguageCode]).sort()).toEqual([
      ['callback', 'ok', 'bn'],
      ['card', 'ok', 'bn'],
    ])
    await round()
    expect(rings).toHaveLength(2)
    expect(rings.every(({ way, token }) => way === 'trunk' && /^[0-9]{8}$/.test(token))).toBe(true)
  })

  test('hear a wrong language and silence, and tell when it is over', async () => {
    let heard: (order: CheckOrder) => HeardCall | Promise<HeardCall> = () => ({
      kind: 'heard',
      wav: encodeWav(new Int16Array(40_000)),
      answeredAfterMs: 5,
    })
    const { hotline, due, round, checks, openAlerts } = await watched({ heard: (order) => heard(order) })
    await due({ textWay: 'off', callWay: 'loop' })
    await round()
    expect(await openAlerts()).toEqual([
      { kind: 'number-silent', subject: 'BD-callback', resolvedAt: null },
      { kind: 'number-silent', subject: 'BD-card', resolvedAt: null },
    ])
    heard = (order) => says(hotline, order, 'en')
    await due()
    await round()
    expect((await checks()).at(-1)).toMatchObject({ verdict: 'wrong-language', heardLanguageCode: 'en' })
    expect((await openAlerts()).filter(({ resolvedAt }) => resolvedAt === null)).toEqual([
      { kind: 'number-wrong-language', subject: 'BD-callback', resolvedAt: null },
      { kind: 'number-wrong-language', subject: 'BD-card', resolvedAt: null },
    ])
    heard = (order) => says(hotline, order, 'bn')
    await due()
    await round()
    expect((await openAlerts()).filter(({ resolvedAt }) => resolvedAt === null)).toEqual([])
  })

  test('that failed are made again in five minutes; what could not be tried leaves the board as it is', async () => {
    const { hotline, due, round, checks, openAlerts } = await watched({ heard: () => ({ kind: 'not-made', reason: 'Asterisk is away.' }) })
    const alert = { kind: 'number-silent', subject: 'BD-card', severity: 'warning', message: 'It is silent.', countryId: 'BD' } as const
    await inTransaction(hotline.db, (tx) => raiseAlert(tx, alert))
    await due({ textWay: 'off', callWay: 'loop' })
    await round()
    expect((await checks()).map(({ verdict }) => verdict)).toEqual(['not-made', 'not-made'])
    expect(await openAlerts()).toEqual([{ kind: 'number-silent', subject: 'BD-card', resolvedAt: null }])
    const rows = await hotline.db.selectFrom('numberWatch').select('nextAt').execute()
    for (const { nextAt } of rows) expect(nextAt.getTime() - Date.now()).toBeLessThan(6 * 60_000)
  })

  test('obey the trunk: paused, or over its caps, nothing is dialled', async () => {
    const { hotline, rings, due, round, checks } = await watched()
    await hotline.db.updateTable('trunk').set({ maxCallsPerHour: 1 }).execute()
    await due({ textWay: 'off' })
    await round()
    expect(rings.length).toBeLessThan(2)
    expect((await checks()).filter(({ verdict }) => verdict === 'not-made')).not.toEqual([])
    await due()
    await round()
    expect(rings.length).toBeLessThan(2)
    expect((await checks()).at(-1)).toMatchObject({ verdict: 'not-made', detail: expect.stringContaining('paused') as string })
  })

  test('whose process died say nothing of the number; their keys are of no more use after a day', async () => {
    const { hotline, due, round, checks } = await watched()
    await due({ textWay: 'off', callWay: 'loop' })
    const row = { countryId: 'BD', lineKind: 'card', kind: 'call', way: 'loop', trunkId: 'bd-1', token: '12345678' }
    const [id, days] = ['00000000-0000-4000-8000-000000000001', 24 * 60 * 60_000]
    await hotline.db
      .insertInto('numberCheck')
      .values({ ...row, id, startedAt: new Date(Date.now() - 2 * days), leaseUntil: new Date(Date.now() - days) })
      .execute()
    expect(await recogniseCall(hotline.deps, { token: '12345678', countryId: 'BD', kind: 'card' })).toBe(false)
    await round()
    expect((await checks()).find((check) => check.id === id)).toMatchObject({ verdict: 'not-made', detail: 'interrupted' })
  })

  test('are recognised once, and only by the number they were sent to', async () => {
    const seen: boolean[] = []
    const { hotline, due, round } = await watched({
      heard: async ({ token, lineKind }) => {
        const other = lineKind === 'card' ? ('callback' as const) : ('card' as const)
        const came = (kind: 'card' | 'callback') => recogniseCall(hotline.deps, { token, countryId: 'BD', kind })
        seen.push(await came(other), await came(lineKind), await came(lineKind))
        return { kind: 'not-made', reason: 'enough' }
      },
    })
    await due({ textWay: 'off', callWay: 'loop' })
    await round()
    expect(seen.sort()).toEqual([false, false, false, false, true, true])
  })
})

describe('texts to ourselves', () => {
  const deps = (hotline: Hotline) => ({ ...hotline.deps, ownTexts })
  const kept = (hotline: Hotline) => hotline.db.selectFrom('textMessage').select('id').execute()

  test('go the country’s way to the number itself, and end the check when they come back; once more, they are still no worker’s', async () => {
    const { hotline, sent, due, round, checks } = await watched()
    await due({ callWay: 'off', textWay: 'trunk' })
    await round()
    expect(sent.map(({ toE164, route }) => [toE164, route.kind]).sort()).toEqual([
      [CARD_DID, 'sip'],
      [CALLBACK_DID, 'sip'],
    ])
    expect((await checks()).map(({ verdict }) => verdict)).toEqual([null, null])
    for (const { body, toE164 } of sent) await ingestText(deps(hotline), text(body, toE164))
    for (const { body, toE164 } of sent) await ingestText(deps(hotline), { ...text(body, toE164), sameness: 'again' })
    expect((await checks()).map(({ verdict }) => verdict)).toEqual(['ok', 'ok'])
    expect(await kept(hotline)).toEqual([])
    expect(await hotline.db.selectFrom('callback').select('id').execute()).toEqual([])
  })

  test('that do not come back are on the board, and off it with the next that does', async () => {
    const { hotline, looped, due, round, checks, openAlerts } = await watched()
    await hotline.db.deleteFrom('numberWatch').where('lineKind', '=', 'callback').execute()
    await due({ callWay: 'off', textWay: 'loop' })
    await round()
    await hotline.db
      .updateTable('numberCheck')
      .set({ leaseUntil: new Date(0) })
      .where('verdict', 'is', null)
      .execute()
    await round()
    expect((await checks())[0]).toMatchObject({ verdict: 'lost' })
    expect(await openAlerts()).toMatchObject([{ kind: 'number-text-lost', subject: 'BD-card' }])
    await due({ callWay: 'off', textWay: 'loop' })
    await round()
    await ingestText(deps(hotline), text(looped.at(-1)!))
    expect(await openAlerts()).toEqual([])
  })

  test('are not what only looks like one: a worker’s text with a made-up word is kept', async () => {
    const { hotline } = await watched()
    await ingestText(deps(hotline), text(`Line check ${'ab'.repeat(16)}`))
    expect(await kept(hotline)).toHaveLength(1)
  })
})
