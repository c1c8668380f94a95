import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { closeAudit, reopenAudit } from '../../server/domains/audits/service.ts'
import type { Slot } from '../../server/domains/callbacks/contract.ts'
import { planDueAt } from '../../server/domains/callbacks/planning/plan-rules.ts'
import { loadCountryFacts } from '../../server/domains/countries/service.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { dhaka } from '../helpers/hours.ts'
import { type Hotline, makeHotline } from '../helpers/hotline.ts'
import { makeVisit } from '../helpers/visit.ts'

const EVENING: Slot = { startLocal: '18:00', endLocal: '20:00' }
const NIGHT: Slot = { startLocal: '02:00', endLocal: '04:00' }
const FRIDAY = { ...EVENING, weekdays: [5] }

async function aSite() {
  const hotline = await makeHotline()
  hotline.clock.set(dhaka('2026-12-01', '17:00'))
  const user = { email: 's@example.org', displayName: 'S', role: 'supervisor', passwordHash: 'none', countryIds: ['BD'] }
  const { id: userId } = await hotline.db.insertInto('appUser').values(user).returning('id').executeTakeFirstOrThrow()
  const supervisor: Scope = { userId, role: 'supervisor', countryIds: ['BD'], factoryIds: [], clientId: null }
  return { hotline, supervisor }
}

const planned = (hotline: Hotline, auditId: string) =>
  hotline.db
    .selectFrom('interview')
    .innerJoin('callback', (join) =>
      join.onRef('callback.workerId', '=', 'interview.workerId').onRef('callback.auditId', '=', 'interview.auditId'),
    )
    .select([
      'interview.slot as asked',
      'callback.slot',
      'callback.dueAt',
      'callback.expiresAt',
      'plannedNote',
      'heldReason',
      'callback.status',
      'callback.questionnaireId',
    ])
    .where('interview.auditId', '=', auditId)
    .execute()

describe('a visit of very many workers', () => {
  test('is planned as the rules would plan each of them alone, in one go', async () => {
    const { hotline, supervisor } = await aSite()
    await hotline.db.insertInto('countryHoliday').values({ countryId: 'BD', holidayDate: '2026-12-06', name: 'a holiday' }).execute()
    const slots = fc.sample(anySlot, { numRuns: 80, seed: 14 })
    const { id: questionnaireId } = await hotline.db
      .insertInto('questionnaire')
      .values({ name: 'Of the client' })
      .returning('id')
      .executeTakeFirstOrThrow()
    await hotline.db.updateTable('client').set({ questionnaireId }).execute()
    const id = await makeVisit(hotline.db, { factoryId: hotline.factoryId, workers: 1100, slots })
    const result = await closeAudit(hotline.deps, supervisor, id)
    expect(result).toMatchObject({ planned: 1100, alreadyPlanned: 0, warnings: [] })

    const { hours } = (await loadCountryFacts(hotline.deps)).get('BD')!
    const rows = await planned(hotline, id)
    expect(rows).toHaveLength(1100)
    const place = { timeZone: 'Asia/Dhaka', hours, lastDate: '2026-12-01', offsetDays: 5, now: hotline.clock.now() }
    const rules = new Map(slots.map((slot) => [slotKey(slot), planDueAt({ ...place, slot })]))
    for (const { asked, ...row } of rows) {
      const rule = rules.get(slotKey(asked as Slot))!
      const held = rule.kind === 'impossible'
      expect(row).toEqual({
        ...{ slot: rule.slot, dueAt: rule.dueAt, plannedNote: rule.note, status: 'waiting' },
        ...{ expiresAt: held ? null : rule.expiresAt, heldReason: held ? rule.note : null, questionnaireId },
      })
    }
    expect(result.moved.length).toBe(rows.filter(({ plannedNote }) => plannedNote !== null).length)
  })

  test('closed again plans nobody twice, and whoever was added once', async () => {
    const { hotline, supervisor } = await aSite()
    const id = await makeVisit(hotline.db, { factoryId: hotline.factoryId, workers: 1010, slots: [EVENING, FRIDAY, NIGHT] })
    expect(await closeAudit(hotline.deps, supervisor, id)).toMatchObject({ planned: 1010 })
    await reopenAudit(hotline.deps, supervisor, id)
    const { workerId } = await hotline.worker()
    const line = { auditId: id, workerId, slot: JSON.stringify(EVENING), consentMode: 'spoken' }
    await hotline.db.insertInto('interview').values(line).execute()
    expect(await closeAudit(hotline.deps, supervisor, id)).toMatchObject({ planned: 1, alreadyPlanned: 1010, moved: [] })
    expect(await planned(hotline, id)).toHaveLength(1011)
  })

  test('leaves alone who asked earlier not to be called, and says how many', async () => {
    const { hotline, supervisor } = await aSite()
    const id = await makeVisit(hotline.db, { factoryId: hotline.factoryId, workers: 60, slots: [EVENING] })
    const some = hotline.db.selectFrom('phoneNumber').select('id').orderBy('id').limit(40)
    await hotline.db.updateTable('phoneNumber').set({ neverCallSince: hotline.clock.now() }).where('id', 'in', some).execute()
    const result = await closeAudit(hotline.deps, supervisor, id)
    expect(result).toMatchObject({ planned: 20, warnings: ['40 on the list asked earlier not to be called again, and will not be.'] })
    const statuses = (await planned(hotline, id)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 'closed')).toHaveLength(40)
  })
})

const slotKey = ({ date, weekdays, startLocal, endLocal }: Slot) => JSON.stringify([date, weekdays, startLocal, endLocal])

const anySlot: fc.Arbitrary<Slot> = fc
  .record({
    hours: fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 2, maxLength: 2 }),
    day: fc.integer({ min: 1, max: 13 }),
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    kind: fc.constantFrom('any', 'date', 'weekdays'),
  })
  .map(({ hours, day, weekdays, kind }) => {
    const [from, to] = hours.toSorted((a, b) => a - b).map((hour) => `${String(hour).padStart(2, '0')}:00`)
    const date = `2026-12-${String(day).padStart(2, '0')}`
    return { ...(kind === 'date' && { date }), ...(kind === 'weekdays' && { weekdays }), startLocal: from!, endLocal: to! }
  })
