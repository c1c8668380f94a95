import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { BadConfig, readConfig } from '../../server/config.ts'

const DATABASE_URL = 'postgres://someone:secret-in-url@127.0.0.1:5432/ringback'
const problemsOf = (env: Record<string, string>) => {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof BadConfig) return error.problems
    throw error
  }
}

test('with a database named, everything else has a default on loopback', () => {
  const config = readConfig({ DATABASE_URL })
  expect(config).toMatchObject({
    instance: '1',
    clock: 'system',
    dataFolder: path.resolve('var'),
    http: { port: 8080, bind: '127.0.0.1', publicUrl: 'http://localhost:8080', cookie: { name: 'ringback-8080', isSecure: false } },
    sip: { port: 5060, bind: '127.0.0.1' },
    ari: { url: 'http://127.0.0.1:8088' },
    rtp: { firstPort: 20000, lastPort: 20999 },
  })
})

test('all that is wrong is said at once, and no secret with it', () => {
  const problems = problemsOf({
    DATABASE_URL: 'mysql://root:secret-in-url@x',
    RINGBACK_HTTP_PORT: '99999',
    RINGBACK_INSTANCE: 'one; drop',
    RINGBACK_CLOCK: 'sundial',
    RINGBACK_RTP_PORTS: '300-200',
  })
  expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
    'RINGBACK_HTTP_PORT',
    'RINGBACK_INSTANCE',
    'RINGBACK_CLOCK',
    'DATABASE_URL',
    'RINGBACK_RTP_PORTS',
  ])
  expect(problems.join()).not.toContain('secret-in-url')
})

describe('off loopback', () => {
  const RINGBACK_HTTP_BIND = '0.0.0.0'
  test('the service speaks TLS, or one sentence says what to set', () => {
    const problems = problemsOf({ DATABASE_URL, RINGBACK_HTTP_BIND })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(/RINGBACK_TLS=local-authority/)
    expect(problemsOf({ DATABASE_URL, RINGBACK_HTTP_BIND, RINGBACK_PUBLIC_URL: 'https://hotline.example.org' })).toEqual(problems)
    expect(problemsOf({ DATABASE_URL, RINGBACK_HTTP_BIND: '::', RINGBACK_PUBLIC_URL: 'http://localhost:8080' })).toEqual(problems)
  })

  test('an address for browsers is wanted, and over https', () => {
    const secure = { DATABASE_URL, RINGBACK_HTTP_BIND, RINGBACK_TLS: 'local-authority' }
    expect(problemsOf(secure)).toHaveLength(1)
    expect(problemsOf({ ...secure, RINGBACK_PUBLIC_URL: 'http://localhost:8080' })).toHaveLength(1)
    expect(problemsOf({ ...secure, RINGBACK_PUBLIC_URL: 'https://hotline.example.org' })).toEqual([])
  })

  test('over https the cookie is bound to this host by its name', () => {
    const { cookie } = readConfig({
      DATABASE_URL,
      RINGBACK_HTTP_BIND,
      RINGBACK_TLS: 'local-authority',
      RINGBACK_PUBLIC_URL: 'https://hotline.example.org',
    }).http
    expect(cookie).toEqual({ name: '__Host-ringback', isSecure: true })
  })
})

describe('TLS', () => {
  test('is made for the names browsers use, and this machine itself', () => {
    const http = (env: Record<string, string>) => readConfig({ DATABASE_URL, RINGBACK_TLS: 'local-authority', ...env }).http
    expect(http({})).toMatchObject({ publicUrl: 'https://localhost:8080', tls: { names: ['localhost', '127.0.0.1'] } })
    expect(http({ RINGBACK_PUBLIC_URL: 'https://[fd00::5]:8443' })).toMatchObject({ tls: { names: ['fd00::5', 'localhost', '127.0.0.1'] } })
  })

  test('with the site’s own certificate takes both its files', () => {
    const RINGBACK_TLS_CERT_FILE = '/etc/ringback/fullchain.pem'
    expect(problemsOf({ DATABASE_URL, RINGBACK_TLS_CERT_FILE })).toHaveLength(1)
    const files = { RINGBACK_TLS_CERT_FILE, RINGBACK_TLS_KEY_FILE: '/etc/ringback/key.pem' }
    expect(readConfig({ DATABASE_URL, ...files }).http).toMatchObject({ publicUrl: 'https://localhost:8080', tls: { kind: 'files' } })
    expect(problemsOf({ DATABASE_URL, ...files, RINGBACK_TLS: 'local-authority' })).toHaveLength(1)
    expect(problemsOf({ DATABASE_URL, RINGBACK_TLS: 'maybe' })).toHaveLength(1)
  })

  test('by a proxy on this machine needs none of ours', () => {
    const { cookie, tls } = readConfig({ DATABASE_URL, RINGBACK_PUBLIC_URL: 'https://hotline.example.org' }).http
    expect({ cookie, tls }).toEqual({ cookie: { name: '__Host-ringback', isSecure: true }, tls: { kind: 'none' } })
  })
})
