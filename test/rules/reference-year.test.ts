import { describe, expect, test } from 'vitest'
import { mayDial } from '../../server/domains/workers/rules.ts'
import { type Life, newLife, wrongWith } from '../helpers/reference-year/lives.ts'
import { planYear, WHOLE_YEAR, type YearWorker } from '../helpers/reference-year/plan.ts'

test('the reference year has its numbers, each worker a number of their own that may be dialled, and is the same each time', () => {
  const visits = planYear(WHOLE_YEAR, 552)
  const workers = visits.flatMap(({ countryId, workers: listed }) => listed.map((worker) => ({ countryId, ...worker })))
  const grievances = workers.filter(({ grievance }) => grievance !== null)
  expect([visits.length, workers.length, grievances.length]).toEqual([552, 33_760, 244])
  expect(grievances.filter(({ grievance }) => grievance === 'children')).toHaveLength(14)
  expect(new Set(workers.map(({ phone }) => phone)).size).toBe(workers.length)
  expect(workers.filter(({ countryId, phone }) => mayDial(countryId, phone).kind === 'refused')).toEqual([])
  expect(new Set(workers.map(({ countryId, languageCode }) => `${countryId} ${languageCode}`)).size).toBe(7)
  expect(planYear(WHOLE_YEAR, 552)).toEqual(visits)
})

describe('a ring at a worker’s phone is wrong', () => {
  const worker: YearWorker = {
    ...{
      phone: '+8801100000010',
      languageCode: 'bn',
      timeZone: 'Asia/Dhaka',
      from: '18:00',
      to: '21:00',
      date: null,
      firstDay: '2027-01-09',
    },
    ...{ lines: [], talks: [], grievance: null },
  }
  const after = (rings: Life['rings'], more: Partial<Life> = {}): Life => ({ ...newLife(worker), rings, ...more })
  const evening = new Date('2027-01-09T12:00:00Z')
  const inVain = (minutesAgo: number) => ({ at: new Date(evening.getTime() - minutesAgo * 60_000), line: 'busy' as const })

  test.each([
    ['never before, in the slot, on the first day', after([]), evening, undefined],
    ['before the slot begins', after([]), new Date('2027-01-09T11:59:00Z'), 'outside-slot'],
    ['when the slot ends', after([]), new Date('2027-01-09T15:00:00Z'), 'outside-slot'],
    ['a day late', after([]), new Date('2027-01-10T12:00:00Z'), 'outside-slot'],
    ['outside the slot later on', after([inVain(600)]), new Date('2027-01-10T10:00:00Z'), 'outside-slot'],
    ['outside the slot, at the time they named', after([inVain(600)], { hasNamedTime: true }), new Date('2027-01-10T10:00:00Z'), undefined],
    ['while their phone is in a call', after([], { call: {} as never }), evening, 'doubled'],
    ['89 minutes after one in vain', after([inVain(89)]), evening, 'too-soon'],
    ['90 minutes after one in vain', after([inVain(90)]), evening, undefined],
    ['the third of a day in vain', after([inVain(240), inVain(120)]), evening, 'too-soon'],
    ['soon after a conversation that was cut off', after([{ ...inVain(10), line: 'answers' }]), evening, undefined],
  ])('%s', (_, life, now, expected) => expect(wrongWith(life, now)).toBe(expected))
})
