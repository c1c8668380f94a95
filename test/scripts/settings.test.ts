import { expect, it } from 'vitest'
import { portNeeds, readStartSettings } from '../../scripts/start/settings.ts'

it('without any variable: everything of ours, in var of the clone', () => {
  const settings = readStartSettings({}, '/srv/ringback')
  expect(settings).toMatchObject({ dataFolder: '/srv/ringback/var', databaseUrl: undefined, asterisk: 'auto', ariPort: 8088 })
  const needs = portNeeds(settings)
  expect(needs.slice(0, 3).map(({ protocol, port, variable }) => [protocol, port, variable])).toEqual([
    ['tcp', 8080, 'RINGBACK_HTTP_PORT'],
    ['udp', 5060, 'RINGBACK_SIP_PORT'],
    ['tcp', 8088, 'RINGBACK_ARI_PORT'],
  ])
  expect(needs.filter(({ use }) => use.startsWith('the simulated carrier')).map(({ host, port }) => `${host}:${port}`)).toEqual([
    '127.0.0.11:5070',
    '127.0.0.12:5070',
    '127.0.0.13:5070',
    '127.0.0.14:5070',
    '127.0.0.15:5070',
  ])
  expect(needs.filter(({ variable }) => variable === 'RINGBACK_RTP_PORTS')).toHaveLength(1000)
})

it('every wrong setting is in one message', () => {
  const env = { ASTERISK: 'docker', RINGBACK_SIP_PORT: 'sip', RINGBACK_RTP_PORTS: '9' }
  expect(() => readStartSettings(env, '/srv/ringback')).toThrow(
    /^Settings to mend: ASTERISK .*docker; .*RINGBACK_SIP_PORT.*; .*RINGBACK_RTP_PORTS/,
  )
})

it('trunks over TLS need all three files', () => {
  const files = { RINGBACK_SIP_TLS_CERT_FILE: 'a.pem', RINGBACK_SIP_TLS_KEY_FILE: '/b.key' }
  expect(() => readStartSettings(files, '/srv/ringback')).toThrow(/RINGBACK_SIP_TLS_CA_FILE: all of them/)
  const { sipTls } = readStartSettings({ ...files, RINGBACK_SIP_TLS_CA_FILE: '/c.pem' }, '/srv/ringback')
  expect(sipTls).toEqual({ certFile: '/srv/ringback/a.pem', keyFile: '/b.key', caFile: '/c.pem' })
})

it('an Asterisk elsewhere needs its address and password, and no ports here but the console', () => {
  expect(() => readStartSettings({ ASTERISK: 'external' }, '/srv/ringback')).toThrow(/ARI_URL; .*ARI_USER; .*ARI_PASSWORD_FILE/)
  const env = { ASTERISK: 'external', ARI_URL: 'http://127.0.0.1:9088', ARI_USER: 'ringback', ARI_PASSWORD_FILE: '/run/ari-password' }
  expect(portNeeds(readStartSettings(env, '/srv/ringback')).map(({ variable }) => variable)).toEqual(['RINGBACK_HTTP_PORT'])
})
