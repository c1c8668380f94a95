import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { addUnknownCaller, findOrCreateCaller, findOrCreateNumber } from '../../server/domains/workers/service.ts'
import { createDb } from '../../server/platform/db/db.ts'
import { statementNames } from '../../server/platform/db/prepared.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { makeHotline, numberOf } from '../helpers/hotline.ts'

describe('frequent statements are prepared', () => {
  test('from the third time on, under one name, and not more of them than Postgres should keep', () => {
    const nameOf = statementNames()
    expect([nameOf('select 1'), nameOf('select 1'), nameOf('select 1'), nameOf('select 1')]).toEqual([undefined, undefined, 'rb0', 'rb0'])
    for (let n = 0; n < 10_000; n++) for (let time = 0; time < 3; time++) nameOf(`select ${n}`)
    const names = Array.from({ length: 10_000 }, (_, n) => nameOf(`select ${n}`)).filter((name) => name !== undefined)
    expect(new Set(names).size).toBeLessThanOrEqual(200)
    expect(nameOf('select 1')).toBe('rb0')
  })

  test('a statement that Postgres could not plan for any values goes on working, however often it comes', async () => {
    const hotline = await makeHotline()
    const one = createDb(hotline.databaseUrl, { max: 1 })
    onTestFinished(() => one.destroy())
    for (let n = 0; n < 12; n++) {
      await inTransaction(one, async (tx) => {
        const phoneNumberId = await findOrCreateNumber(hotline.deps, tx, { e164: numberOf(5000 + n), countryId: 'BD' })
        await findOrCreateCaller(hotline.deps, tx, { phoneNumberId, countryId: 'BD', languageCode: 'bn' })
        await addUnknownCaller(hotline.deps, tx, { countryId: 'BD', languageCode: null })
      })
    }
    const { rows } = await sql<{ named: number }>`select count(*)::int as named from pg_prepared_statements`.execute(one)
    expect(rows[0]!.named).toBeGreaterThan(3)
    expect(await one.selectFrom('worker').select('id').execute()).toHaveLength(24)
  })
})
