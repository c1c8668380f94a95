import { describe, expect, test } from 'vitest'
import { KeyCache } from '../../server/platform/crypto/key-cache.ts'

describe('keys kept in memory', () => {
  test('a key is in memory of its own: it keeps no 8 kB slab of other buffers', () => {
    const cache = new KeyCache()
    const key = Buffer.from('0123456789abcdef0123456789abcdef')
    cache.put('one', key)
    const kept = cache.get('one')
    expect(kept).toEqual(key)
    expect(kept!.buffer.byteLength).toBe(32)
  })
})
