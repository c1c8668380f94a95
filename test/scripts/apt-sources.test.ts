import { expect, it } from 'vitest'
import { mirrorIn } from '../../scripts/setup/apt-sources.ts'

it('finds the Debian archive in both forms of apt sources', () => {
  expect(mirrorIn('deb http://mirror.example/debian bookworm main')).toBe('http://mirror.example/debian')
  expect(mirrorIn('deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://mirror.example/debian/ bookworm main')).toBe(
    'https://mirror.example/debian/',
  )
  expect(mirrorIn('Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm')).toBe('http://mirror.example/debian')
})

it('takes no security, third-party, dated or disabled archive for it', () => {
  expect(mirrorIn('deb http://mirror.example/debian-security bookworm-security main')).toBeUndefined()
  expect(mirrorIn('deb https://packages.example/node_20.x nodistro main')).toBeUndefined()
  expect(mirrorIn('URIs: http://snapshot.example/archive/debian/20250520T000000Z')).toBeUndefined()
  expect(mirrorIn('# deb http://mirror.example/debian bookworm main')).toBeUndefined()
  expect(mirrorIn('')).toBeUndefined()
})
