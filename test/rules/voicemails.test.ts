import { describe, expect, it } from 'vitest'
import { hearings } from '../../server/domains/voicemails/heard-rules.ts'
import { wantedRange } from '../../server/domains/voicemails/range-rules.ts'

describe('playing a part of a message', () => {
  it.each([
    [undefined, { kind: 'all' }],
    ['bytes=0-', { kind: 'part', start: 0, end: 1000 }],
    ['bytes=100-199', { kind: 'part', start: 100, end: 200 }],
    ['bytes=900-5000', { kind: 'part', start: 900, end: 1000 }],
    ['bytes=-200', { kind: 'part', start: 800, end: 1000 }],
    ['bytes=1000-', { kind: 'unsatisfiable' }],
    ['bytes=5-2', { kind: 'unsatisfiable' }],
    ['bytes=-', { kind: 'all' }],
    ['bytes=0-1,5-6', { kind: 'all' }],
    ['lines=1-2', { kind: 'all' }],
  ])('%s of 1000 bytes', (header, expected) => {
    expect(wantedRange(header, 1000)).toEqual(expected)
  })
})

it('the pieces a player asks for are one hearing; another person, or another hour, is another', () => {
  const at = (minutes: number, userId = 'a') => ({ userId, displayName: userId, heardAt: new Date(minutes * 60_000) })
  expect(hearings([at(100), at(60, 'b'), at(59), at(58), at(57)])).toEqual([at(100), at(60, 'b'), at(57)])
})
