/** What two transactions lock in opposite orders makes them wait for each other until Postgres ends one of them. */
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { planForCaller } from '../../server/domains/callbacks/service.ts'
import { findOrCreateNumber, noteRefusal } from '../../server/domains/workers/service.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { type Hotline, makeHotline, numberOf } from '../helpers/hotline.ts'

test('a caller rings again, in another language, while the outcome of their callback is written: one waits, and both are kept', async () => {
  const hotline = await makeHotline()
  const phoneNumberId = await inTransaction(hotline.db, (tx) =>
    findOrCreateNumber(hotline.deps, tx, { e164: numberOf(4711), countryId: 'BD' }),
  )
  const ring = (languageCode: string) =>
    inTransaction(hotline.secondInstance().db, (tx) =>
      planForCaller(hotline.deps, tx, { reason: 'missed-call', phoneNumberId, countryId: 'BD', languageCode, at: hotline.clock.now() }),
    )
  const { callbackId, workerId } = await ring('bn')
  const { ringing } = await inTransaction(hotline.db, async (tx) => {
    // As every settling does: the callback first, the worker when they refuse.
    await tx.selectFrom('callback').select('id').where('id', '=', callbackId).forUpdate().execute()
    const rung = ring('en')
    await someoneWaits(hotline)
    await noteRefusal(tx, { workerId, phoneNumberId, at: hotline.clock.now() })
    return { ringing: rung }
  })
  expect(await ringing).toMatchObject({ callbackId, isNew: false })
  const worker = await hotline.db.selectFrom('worker').selectAll().where('id', '=', workerId).executeTakeFirstOrThrow()
  expect(worker).toMatchObject({ languageCode: 'en', refusedAt: hotline.clock.now() })
})

/** Resolves when a connection of this database waits for a lock. */
async function someoneWaits({ db }: Hotline): Promise<void> {
  await expect
    .poll(async () => {
      const { rows } = await sql<{ waiting: boolean }>`
        select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting`.execute(db)
      return rows[0]?.waiting
    })
    .toBe(true)
}
