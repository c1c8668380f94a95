import { expect, it } from 'vitest'
import { isExpiredRelease } from '../../scripts/setup/expired-release.ts'

const EXPIRED = `E: Release file for http://mirror.example/debian/dists/forky/InRelease is expired (invalid since 3d 4h 6min 7s). Updates for this repository will not be applied.`
const BAD_SIGNATURE = `W: GPG error: http://mirror.example/debian forky InRelease: The following signatures were invalid: BADSIG 0123456789ABCDEF`

it('an expired Release file is told from every other refusal', () => {
  expect(
    isExpiredRelease(
      `I: running apt-get update...\nReading package lists...\n${EXPIRED}\nE: apt-get update --error-on=any failed: E: setup failed\n`,
    ),
  ).toBe(true)
  expect(isExpiredRelease(`${EXPIRED}\nE: mmdebstrap failed to run\n`)).toBe(true)
})

it('a bad signature is never passed over, not even beside an expired file', () => {
  expect(isExpiredRelease(BAD_SIGNATURE)).toBe(false)
  expect(isExpiredRelease(`${EXPIRED}\n${BAD_SIGNATURE}\n`)).toBe(false)
  expect(isExpiredRelease(`${EXPIRED}\nE: The repository 'http://mirror.example/debian forky InRelease' is not signed.\n`)).toBe(false)
})

it('other failures and success are not expiry', () => {
  expect(isExpiredRelease('')).toBe(false)
  expect(isExpiredRelease('I: success in 37 seconds')).toBe(false)
  expect(isExpiredRelease(`${EXPIRED}\nE: Unable to locate package asterisk\n`)).toBe(false)
  expect(isExpiredRelease('E: Failed to fetch http://mirror.example/debian/pool/a.deb  404  Not Found')).toBe(false)
})
