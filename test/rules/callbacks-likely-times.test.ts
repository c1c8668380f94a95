import { expect, test } from 'vitest'
import { likelyTimes } from '../../server/domains/callbacks/planning/likely-times-rules.ts'
import { isInside } from '../../server/domains/callbacks/planning/slot-rules.ts'
import { namedTimeProblem } from '../../server/domains/callbacks/outcomes/retry-rules.ts'
import { dhaka, callingHours } from '../helpers/hours.ts'

const hours = callingHours()
const now = dhaka('2026-12-06', '10:07')
const local = (slot: Parameters<typeof likelyTimes>[0]['slot'], at = now) =>
  likelyTimes({ slot, timeZone: 'Asia/Dhaka', hours }, at).map((time) =>
    new Date(time.getTime() + 6 * 3_600_000).toISOString().slice(5, 16),
  )

test('in two hours, as the next day begins, this time tomorrow and the day after, on the quarter', () => {
  expect(local(null)).toEqual(['12-06T12:15', '12-07T09:00', '12-07T10:15', '12-08T10:15'])
})

test('within the hours the worker wants, and each once', () => {
  expect(local({ startLocal: '19:00', endLocal: '20:00' })).toEqual(['12-06T19:00', '12-07T19:00', '12-08T19:00'])
  expect(local({ weekdays: [5], startLocal: '18:00', endLocal: '20:00' })).toEqual(['12-11T18:00'])
})

test('every one of them may be named', () => {
  for (let minute = 0; minute < 24 * 60; minute += 7) {
    const at = new Date(now.getTime() + minute * 60_000)
    for (const slot of [null, { startLocal: '08:00', endLocal: '09:30' }, { startLocal: '20:00', endLocal: '23:00' }]) {
      const wish = { slot, timeZone: 'Asia/Dhaka', hours }
      for (const time of likelyTimes(wish, at)) {
        expect(namedTimeProblem(time, { hours }, at)).toBeUndefined()
        expect(isInside(wish, time)).toBe(true)
      }
    }
  }
})
