import { Compile } from 'typebox/compile'
import { expect, test } from 'vitest'
import { Instant, Uuid } from '../../server/platform/http/schema.ts'

const isUuid = (text: string) => Compile(Uuid).Check(text)
const isInstant = (text: string) => Compile(Instant).Check(text)

test('an id has one spelling: in capitals it would be the same row for Postgres and another person for us', () => {
  expect(isUuid('01a20a88-d1f0-7153-972e-576456407612')).toBe(true)
  expect(isUuid('01A20A88-D1F0-7153-972E-576456407612')).toBe(false)
})

test('an instant is one that a Date can hold', () => {
  const good = ['2026-12-01T09:30:00.000Z', '2026-12-01T09:30:00Z', '2026-12-01T15:00:59.5+05:30', '2024-02-29T00:00:00-03:00']
  for (const text of good) expect([isInstant(text), Number.isNaN(Date.parse(text))], text).toEqual([true, false])
  for (const text of ['2026-12-31T23:59:60Z', '2026-12-01T09:30:00', '2026-02-30T00:00:00Z']) expect(isInstant(text), text).toBe(false)
})
