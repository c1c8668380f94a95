import { randomUUID } from 'node:crypto'
import type { KyselyPlugin } from 'kysely'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import {
  claimText,
  ingestText,
  listConversations,
  readTexts,
  recordReport,
  recordSendResult,
  reply,
} from '../../server/domains/texts/service.ts'
import type { ArrivedText } from '../../server/domains/texts/service.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { why } from '../../server/domains/callbacks/service.ts'
import { givePin } from '../../server/domains/pins/service.ts'
import { CARD_DID, type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'

let made = 0
function textOf(hotline: Hotline, words: string | Uint8Array, own: Partial<ArrivedText> = {}): ArrivedText {
  const body = typeof words === 'string' ? Buffer.from(words) : words
  const from = `<sip:${numberOf(5)}@127.0.0.11>`
  return { sameness: `sip ${++made}`, gatewayId: null, did: CARD_DID, from, body, isCutOff: false, receivedAt: hotline.clock.now(), ...own }
}
const reader = (userId: string): Scope => ({ userId, role: 'supervisor', countryIds: ['BD'], factoryIds: [], clientId: null })
async function shown(hotline: Hotline) {
  const { id } = await hotline.db.selectFrom('textConversation').select('id').executeTakeFirstOrThrow()
  return (await readTexts(hotline.deps, reader(await hotline.agent()), id, {})).items
}
const repliesOn = ({ db }: Hotline) => db.updateTable('country').set({ isTextReplyOn: true }).execute()
const sent = ({ db }: Hotline) => db.selectFrom('textMessage').selectAll().where('direction', '=', 'out').orderBy('createdAt').execute()
const later = (hotline: Hotline, minutes: number) => hotline.clock.set(new Date(hotline.clock.now().getTime() + minutes * 60_000))

describe('a text', () => {
  test('is kept sealed, with a conversation and a callback in its language', async () => {
    const hotline = await makeHotline()
    const { isNew } = await ingestText(hotline.deps, textOf(hotline, 'বেতন পাইনি'))
    expect(isNew).toBe(true)
    const callback = await hotline.db.selectFrom('callback').selectAll().executeTakeFirstOrThrow()
    expect(callback).toMatchObject({ reason: 'text', status: 'waiting', languageCode: 'bn', dueAt: hotline.clock.now() })
    expect(await shown(hotline)).toMatchObject([{ direction: 'in', body: 'বেতন পাইনি', state: 'received', isCutOff: false }])
    const hex = Buffer.from('বেতন').toString('hex')
    const { rows } = await sql<{ found: boolean }>`
      select exists (select from text_message where position(${hex} in encode(body_sealed, 'hex')) > 0) as found`.execute(hotline.db)
    expect(rows).toEqual([{ found: false }])
  })

  test('is kept once, told again or by two at the same moment', async () => {
    const hotline = await makeHotline()
    const text = textOf(hotline, 'hello')
    const both = await Promise.allSettled([ingestText(hotline.deps, text), ingestText(hotline.secondInstance(), text)])
    expect(both.some(({ status }) => status === 'fulfilled')).toBe(true)
    expect((await ingestText(hotline.deps, text)).isNew).toBe(false)
    expect(await counts(hotline)).toEqual({ texts: 1, conversations: 1, callbacks: 1 })
  })

  test('is kept whole or not at all, whichever statement fails', { timeout: 60_000 }, async () => {
    const hotline = await makeHotline()
    await repliesOn(hotline)
    const text = textOf(hotline, 'hello')
    let statement = 1
    for (; ; statement++) {
      const db = hotline.db.withPlugin(failAt(statement))
      const failed = await ingestText({ ...hotline.deps, db }, text).then(
        () => false,
        () => true,
      )
      if (!failed) break
      expect(await counts(hotline)).toEqual({ texts: 0, conversations: 0, callbacks: 0 })
    }
    expect(statement).toBeGreaterThan(15)
    expect(await counts(hotline)).toEqual({ texts: 2, conversations: 1, callbacks: 1 })
  })

  test('from a withheld or foreign number is kept, and nobody is called or written to', async () => {
    const hotline = await makeHotline()
    await repliesOn(hotline)
    for (const from of ['<sip:anonymous@anonymous.invalid>', 'BANK', CARD_DID])
      await ingestText(hotline.deps, textOf(hotline, 'hi', { from }))
    expect(await counts(hotline)).toEqual({ texts: 3, conversations: 3, callbacks: 0 })
  })

  test('joins the callback they are owed, and a flood is kept whole without moving anything', async () => {
    const hotline = await makeHotline()
    await repliesOn(hotline)
    for (let each = 0; each < 25; each++) await ingestText(hotline.deps, textOf(hotline, `text ${each}`))
    expect(await counts(hotline)).toEqual({ texts: 26, conversations: 1, callbacks: 1 })
    const promised = await hotline.db.selectFrom('activity').select('id').where('action', '=', 'callback.promised').execute()
    expect(promised).toHaveLength(20)
  })

  test('that is no UTF-8 keeps its bytes and is shown by their values', async () => {
    const hotline = await makeHotline()
    await ingestText(hotline.deps, textOf(hotline, Uint8Array.from([0x63, 0xe9, 0x00])))
    expect(await shown(hotline)).toMatchObject([{ body: 'c\\xE9\\u{0}' }])
  })

  test('of a worker whose key was destroyed reads as erased, and a new one is still kept', async () => {
    const hotline = await makeHotline()
    await ingestText(hotline.deps, textOf(hotline, 'before'))
    const { dataKeyId } = await hotline.db.selectFrom('worker').select('dataKeyId').where('origin', '=', 'caller').executeTakeFirstOrThrow()
    await inTransaction(hotline.db, (tx) => hotline.deps.cipher.destroyKey(tx, dataKeyId))
    await ingestText(hotline.deps, textOf(hotline, 'after'))
    expect((await shown(hotline)).map(({ body }) => body).toSorted()).toEqual(['after', null])
  })
})

describe('STOP', () => {
  test('closes what they are owed, silences the number until START, and is confirmed once', async () => {
    const hotline = await makeHotline()
    await repliesOn(hotline)
    await ingestText(hotline.deps, textOf(hotline, 'hello'))
    later(hotline, 61)
    await ingestText(hotline.deps, textOf(hotline, 'STOP'))
    const callback = await hotline.db.selectFrom('callback').selectAll().executeTakeFirstOrThrow()
    expect(callback).toMatchObject({ status: 'closed', lastOutcome: 'refused' })
    expect((await sent(hotline)).map(({ sentence }) => sentence)).toEqual(['received', 'stopped'])
    later(hotline, 61)
    await ingestText(hotline.deps, textOf(hotline, 'বন্ধ'))
    await ingestText(hotline.deps, textOf(hotline, 'help me after all'))
    expect(await sent(hotline)).toHaveLength(2)
    const held = await hotline.db.selectFrom('callback').selectAll().where('status', '=', 'waiting').executeTakeFirstOrThrow()
    expect(held.heldReason).toContain('a supervisor decides')

    // The answer that was queued before the STOP does not go; the confirmation does.
    const order = await claimText(hotline.deps)
    expect(order).toMatchObject({ toE164: numberOf(5), fromDid: CARD_DID, body: expect.stringContaining('START') as string })
    expect((await sent(hotline)).map(({ state, trouble }) => [state, trouble])).toEqual([
      ['failed', 'stopped'],
      ['queued', null],
    ])

    await ingestText(hotline.deps, textOf(hotline, 'শুরু'))
    const number = await hotline.db.selectFrom('phoneNumber').selectAll().executeTakeFirstOrThrow()
    expect(number).toMatchObject({ neverCallSince: null, neverTextSince: null })
    const worker = await hotline.db.selectFrom('worker').select('refusedAt').executeTakeFirstOrThrow()
    expect(worker.refusedAt).toBeNull()
    expect((await sent(hotline)).at(-1)).toMatchObject({ sentence: 'started' })
  })

  test('does not take back what was refused on the phone', async () => {
    const hotline = await makeHotline()
    await ingestText(hotline.deps, textOf(hotline, 'hello'))
    await hotline.db
      .updateTable('phoneNumber')
      .set({ neverCallSince: new Date(0) })
      .execute()
    await ingestText(hotline.deps, textOf(hotline, 'STOP'))
    await ingestText(hotline.deps, textOf(hotline, 'START'))
    const number = await hotline.db.selectFrom('phoneNumber').selectAll().executeTakeFirstOrThrow()
    expect(number).toMatchObject({ neverCallSince: new Date(0), neverTextSince: null })
  })
})

/** Ten digits that are a mobile number of Bangladesh, written without its 0. */
const DIALLED = '1712345678'

describe('a PIN in a text', () => {
  async function withPin() {
    const hotline = await makeHotline()
    const worker = await hotline.worker()
    const given = { pin: '1234567890', workerId: worker.workerId, at: hotline.clock.now() }
    await inTransaction(hotline.db, (tx) => givePin(hotline.deps, tx, given))
    return { hotline, worker }
  }
  const answers = async (hotline: Hotline) => (await sent(hotline)).map(({ sentence }) => sentence)

  test.each([true, false])('is answered at once, mistyped or not, and rings nobody (answers by themselves: %s)', async (isOn) => {
    const { hotline } = await withPin()
    if (isOn) await repliesOn(hotline)
    await ingestText(hotline.deps, textOf(hotline, '৪৭১১০ ৮১৫০১'))
    await ingestText(hotline.deps, textOf(hotline, '12345 67890'))
    expect(await answers(hotline)).toEqual(['pin-not-found', 'pin-nothing-new'])
    expect(await counts(hotline), 'the phone may be anybody’s').toMatchObject({ texts: 4, callbacks: 0 })
  })

  test('is answered also when another sentence went there within the hour', async () => {
    const { hotline } = await withPin()
    await repliesOn(hotline)
    await ingestText(hotline.deps, textOf(hotline, 'hello'))
    await ingestText(hotline.deps, textOf(hotline, '1234567890'))
    expect(await answers(hotline)).toEqual(['received', 'pin-nothing-new'])
  })

  test('is answered in English where its sentence is in no other language', async () => {
    const { hotline } = await withPin()
    const khmer = { code: 'km', ownName: 'ខ្មែរ', direction: 'ltr', isTallScript: true }
    await hotline.db.insertInto('language').values(khmer).execute()
    await hotline.db
      .updateTable('country')
      .set({ languageCodes: ['km'] })
      .execute()
    await ingestText(hotline.deps, textOf(hotline, '1234567890'))
    expect(await answers(hotline)).toEqual(['pin-nothing-new'])
  })

  test('makes the words beside it its owner’s: on their callback, under their key', async () => {
    const { hotline, worker } = await withPin()
    const callbackId = await hotline.callback({ worker })
    await ingestText(hotline.deps, textOf(hotline, 'PIN 12345 67890: they cut our wages'))
    const text = await hotline.db.selectFrom('textMessage').selectAll().where('direction', '=', 'in').executeTakeFirstOrThrow()
    const owner = await hotline.db.selectFrom('worker').selectAll().where('id', '=', worker.workerId).executeTakeFirstOrThrow()
    expect(text).toMatchObject({ callbackId, dataKeyId: owner.dataKeyId, hasPin: true })
    expect(await answers(hotline)).toEqual(['pin-nothing-new'])
    expect(await counts(hotline)).toMatchObject({ callbacks: 1 })
    expect((await shown(hotline)).map(({ body }) => body)).toContain('PIN ••••• •••••: they cut our wages')
  })

  test('whose owner nobody will call: a supervisor is told, and the words stand beside their last callback', async () => {
    const { hotline, worker } = await withPin()
    const callbackId = await hotline.callback({ worker })
    await hotline.db.updateTable('callback').set({ status: 'closed', closedAt: hotline.clock.now(), closedReason: 'done' }).execute()
    await ingestText(hotline.deps, textOf(hotline, '1234567890 they cut our wages'))
    expect(await counts(hotline)).toMatchObject({ callbacks: 1 })
    expect(await hotline.db.selectFrom('alert').select('kind').execute()).toEqual([{ kind: 'pin-words' }])
    const { items } = await listConversations(hotline.deps, reader(await hotline.agent()), { callbackId })
    expect(items).toMatchObject([{ callbackId: null, unreadCount: 1 }])
  })

  test('whose owner was never called: a supervisor is told to read the words', async () => {
    const { hotline } = await withPin()
    await ingestText(hotline.deps, textOf(hotline, '1234567890 they cut our wages'))
    expect(await counts(hotline)).toMatchObject({ callbacks: 0 })
    expect(await hotline.db.selectFrom('alert').select(['kind', 'severity']).execute()).toEqual([
      { kind: 'pin-words', severity: 'warning' },
    ])
  })

  test('that is perhaps mistyped, with words beside it: nobody is rung before a supervisor has decided', async () => {
    const { hotline } = await withPin()
    await ingestText(hotline.deps, textOf(hotline, '0000067890 they cut our wages'))
    const held = await hotline.db.selectFrom('callback').selectAll().executeTakeFirstOrThrow()
    expect(held).toMatchObject({ status: 'waiting', heldReason: why.say('wrote-pin') })
    expect(await answers(hotline)).toEqual(['pin-not-found'])
  })

  test('that is perhaps mistyped leaves what the phone’s holder is owed as it is, and their language', async () => {
    const { hotline } = await withPin()
    await ingestText(hotline.deps, textOf(hotline, 'বেতন পাইনি'))
    const dueAt = new Date(hotline.clock.now().getTime() + 5 * 86_400_000)
    await hotline.db.updateTable('callback').set({ dueAt }).execute()
    await ingestText(hotline.deps, textOf(hotline, '0000067890 they cut our wages'))
    const owed = await hotline.db.selectFrom('callback').select(['dueAt', 'languageCode', 'heldReason']).execute()
    expect(owed).toEqual([{ dueAt, languageCode: 'bn', heldReason: null }])
    const holder = await hotline.db.selectFrom('worker').select('languageCode').where('origin', '=', 'caller').executeTakeFirstOrThrow()
    expect(holder.languageCode).toBe('bn')
  })

  test('that could be dialled is a PIN all the same, and nobody is rung', async () => {
    const { hotline, worker } = await withPin()
    const given = { pin: DIALLED, workerId: worker.workerId, at: hotline.clock.now() }
    await inTransaction(hotline.db, (tx) => givePin(hotline.deps, tx, given))
    await ingestText(hotline.deps, textOf(hotline, `${DIALLED}, 20 of us are not paid`))
    expect(await counts(hotline)).toMatchObject({ callbacks: 0 })
    expect(await answers(hotline)).toEqual(['pin-nothing-new'])
    expect((await shown(hotline)).map(({ body }) => body)).toContain('••••••••••, 20 of us are not paid')
  })

  test('and a phone number are told apart: with words the sender is called, alone a supervisor decides', async () => {
    const hotline = await makeHotline()
    await ingestText(hotline.deps, textOf(hotline, `ring my sister at ${DIALLED}`))
    await ingestText(hotline.deps, textOf(hotline, DIALLED, { from: `<sip:${numberOf(6)}@127.0.0.11>` }))
    expect(await hotline.db.selectFrom('callback').select('heldReason').orderBy('createdAt').execute()).toEqual([
      { heldReason: null },
      { heldReason: why.say('wrote-pin') },
    ])
    expect(await answers(hotline)).toEqual(['pin-not-found'])
    const misses = await hotline.db.selectFrom('pinMiss').select('missedAt').execute()
    expect(misses, 'each counts as a try').toHaveLength(2)
  })

  test('from a phone that hides its number is its owner’s too, though nobody can be answered', async () => {
    const { hotline, worker } = await withPin()
    const callbackId = await hotline.callback({ worker })
    await ingestText(hotline.deps, textOf(hotline, '1234567890 they cut our wages', { from: '<sip:anonymous@anonymous.invalid>' }))
    const text = await hotline.db.selectFrom('textMessage').select(['callbackId', 'hasPin']).executeTakeFirstOrThrow()
    expect(text).toEqual({ callbackId, hasPin: true })
    expect(await counts(hotline)).toMatchObject({ texts: 1, callbacks: 1 })
  })
})

describe('a text to a worker', () => {
  async function replied(hotline: Hotline) {
    await ingestText(hotline.deps, textOf(hotline, 'hello'))
    const { id } = await hotline.db.selectFrom('textConversation').select('id').executeTakeFirstOrThrow()
    const requestId = randomUUID()
    await reply(hotline.deps, reader(await hotline.agent()), id, { requestId, body: 'We will help.' })
    return { id, requestId }
  }

  test('is sent once, whoever asks and however often the request comes', async () => {
    const hotline = await makeHotline()
    const { id, requestId } = await replied(hotline)
    await reply(hotline.deps, reader(await hotline.agent()), id, { requestId, body: 'We will help.' })
    const claims = await Promise.all([claimText(hotline.deps), claimText(hotline.secondInstance()), claimText(hotline.deps)])
    const orders = claims.filter((order) => order !== undefined)
    expect(orders).toMatchObject([
      {
        textId: requestId,
        body: 'We will help.',
        route: { kind: 'sip', lineKind: 'card', trunk: { id: 'bd-1', transport: 'udp', numberFormat: 'e164', callingCode: '880' } },
      },
    ])
    await recordSendResult(hotline.deps, orders[0]!, { kind: 'handed-over', gatewayMessageId: null })
    await recordSendResult(hotline.deps, orders[0]!, { kind: 'refused', trouble: 'late' })
    expect(await sent(hotline)).toMatchObject([{ state: 'handed-over', trouble: null }])
    expect(await recordReport(hotline.deps, { gatewayId: randomUUID(), id: requestId, status: 'delivered' })).toBe(false)
  })

  test('whose sender died over SIP is uncertain, and not sent a second time', async () => {
    const hotline = await makeHotline()
    await replied(hotline)
    await claimText(hotline.deps)
    await hotline.db
      .updateTable('textMessage')
      .set({ leaseUntil: new Date(0) })
      .where('claimToken', 'is not', null)
      .execute()
    expect(await claimText(hotline.deps)).toBeUndefined()
    expect(await sent(hotline)).toMatchObject([{ state: 'failed', trouble: 'uncertain' }])
  })

  test('that could not be sent is tried again later, eight times at most', async () => {
    const hotline = await makeHotline()
    await replied(hotline)
    for (let tries = 1; tries <= 8; tries++) {
      const order = await claimText(hotline.deps)
      expect(order?.tries).toBe(tries)
      await recordSendResult(hotline.deps, order!, { kind: 'later', trouble: 'away', partsSent: 0 })
      if (tries < 8) expect(await claimText(hotline.deps)).toBeUndefined()
      await hotline.db
        .updateTable('textMessage')
        .set({ dueAt: new Date(0) })
        .where('state', '=', 'queued')
        .execute()
    }
    expect(await sent(hotline)).toMatchObject([{ state: 'failed', trouble: 'gateway-away' }])
  })
})

async function counts({ db }: Hotline) {
  const { rows } = await sql<Record<'texts' | 'conversations' | 'callbacks', number>>`
    select (select count(*) from text_message) as texts, (select count(*) from text_conversation) as conversations,
      (select count(*) from callback) as callbacks`.execute(db)
  return rows[0]
}

/** The n-th statement fails and the transaction with it. */
function failAt(statement: number): KyselyPlugin {
  let seen = 0
  return {
    transformQuery({ node }) {
      if (++seen === statement) throw new Error('no more database')
      return node
    },
    transformResult: ({ result }) => Promise.resolve(result),
  }
}
