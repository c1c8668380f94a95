import { describe, expect, it } from 'vitest'
import { isAtLeast, parseAsteriskVersion } from '../../scripts/setup/versions.ts'

describe('which Asterisk is new enough', () => {
  it.each([
    ['22.10.1', true],
    ['22.10.2', true],
    ['22.11', true],
    ['23.0.0', true],
    ['22.10.0', false],
    ['22.9.9', false],
    ['22', false],
    ['16.28.0', false],
  ])('%s: %s', (version, isEnough) => {
    expect(isAtLeast(version, '22.10.1')).toBe(isEnough)
  })

  it.each([
    ['Asterisk 22.10.1~dfsg+~cs6.17.60671434-1', '22.10.1'],
    ['Asterisk 16.28.0~dfsg-0+deb11u4', '16.28.0'],
    ['Asterisk certified/20.7-cert2', '20.7'],
    ['Asterisk GIT-master-0a1b2c3', undefined],
    ['asterisk: error while loading shared libraries', undefined],
    ['', undefined],
  ])('reads %s', (printed, version) => {
    expect(parseAsteriskVersion(printed)).toBe(version)
  })
})
