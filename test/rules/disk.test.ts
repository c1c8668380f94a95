import { describe, expect, it } from 'vitest'
import { roomOf } from '../../server/platform/disk.ts'

const MB = 1024 * 1024

describe('the room on a disk', () => {
  it('is told early on a large disk by its size, on a small one by its share', () => {
    expect(roomOf(501 * MB, 100_000 * MB).state).toBe('ample')
    expect(roomOf(499 * MB, 100_000 * MB).state).toBe('low')
    expect(roomOf(99 * MB, 100_000 * MB).state).toBe('tight')
    expect(roomOf(17 * MB, 64 * MB).state).toBe('ample')
    expect(roomOf(15 * MB, 64 * MB).state).toBe('low')
    expect(roomOf(7 * MB, 64 * MB).state).toBe('tight')
  })

  it('keeps a part for what is short, which nothing long may fill', () => {
    expect(roomOf(60 * MB, 100_000 * MB).spareBytes).toBe(10 * MB)
    expect(roomOf(5 * MB, 64 * MB).spareBytes).toBe(MB)
    expect(roomOf(3 * MB, 64 * MB).spareBytes).toBe(0)
  })
})
