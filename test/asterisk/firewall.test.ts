/** The rendered nftables.conf before a real Asterisk, in network namespaces of the test's own. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderAsteriskConfig } from '../../asterisk-config/render.ts'
import { startAsterisk, type AsteriskProcess } from '../../scripts/lib/asterisk-process.ts'
import { runCommand } from '../../scripts/lib/run-command.ts'
import { locateAsterisk } from '../../scripts/setup/asterisk.ts'
import { type Lab, openLab, type Place, PLACES, whyNoLab } from './firewall-lab.ts'

const SIP = 5060
const ARI = 8088
const CONSOLE = 8443
const RTP_FIRST = 20_000
const CARD = '+8809600000001'

const reason = await whyNoLab()
if (reason !== undefined) console.error(`THE FIREWALL IS NOT TESTED: ${reason}`)

describe.skipIf(reason !== undefined)('the firewall', () => {
  let lab: Lab
  let folder: string
  let asterisk: AsteriskProcess | undefined

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ringback-test-firewall-'))
    lab = await openLab()
    const binary = await locateAsterisk({ mode: 'auto', log: console.log })
    await renderAsteriskConfig({
      folder: join(folder, 'asterisk'),
      directories: { modules: binary.modulesFolder, data: binary.dataFolder },
      ports: { sip: SIP, ari: ARI, rtpFirst: RTP_FIRST, rtpLast: RTP_FIRST + 199 },
      binds: { sip: '0.0.0.0' },
      ariUser: 'ringback',
      ariPassword: 'abcdefghijklmnopqrstuvwx',
      journalKey: '0123456789abcdef',
      instancePattern: 'ringback-[0-9]+',
      trunks: [{ id: 'bd', countryId: 'BD', carrierHost: lab.addressOf('carrier'), carrierPort: SIP, allowedPrefixes: ['+88017'] }],
      lines: [{ did: CARD, countryId: 'BD', trunkId: 'bd', kind: 'card', languages: ['bn'] }],
      firewall: {
        consolePort: CONSOLE,
        agentNetworks: [`${lab.addressOf('office').slice(0, -1)}0/24`],
        consoleNetworks: [lab.addressOf('office')],
      },
      soundsFolder: join(folder, 'sounds'),
    })
    const [command = '', ...before] = lab.hotlinePrefix
    asterisk = await startAsterisk({
      binary: { ...binary, command, leadingArgs: [...before, binary.command, ...binary.leadingArgs] },
      configFolder: join(folder, 'asterisk'),
      ready: async () => (await lab.send('carrier', SIP, 'OPTIONS')).some((reply) => reply !== 'refused'),
      readySeconds: 60,
    })
  }, 120_000)
  afterAll(async () => {
    await asterisk?.kill()
    await lab?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const load = () => lab.inHotline('nft', '-f', join(folder, 'asterisk/nftables.conf'))
  const send = (place: Place, method: string, count?: number) => lab.send(place, SIP, method, count)

  test('is needed: without it Asterisk answers everybody, at any pace', async () => {
    expect(await send('stranger', 'REGISTER')).toEqual([401])
    // More than the rules let through, whatever a busy machine loses of them.
    expect((await send('office', 'REGISTER', 400)).length).toBeGreaterThan(150)
    expect(await lab.connect('stranger', CONSOLE)).toBe('refused')
    expect(await lab.send('stranger', RTP_FIRST, 'OPTIONS')).toEqual(['refused'])
  }, 60_000)

  test('once loaded, a stranger gets no reply to anything, on any port; the carrier is answered as before', async () => {
    await load()
    for (const method of ['OPTIONS', 'REGISTER', 'INVITE', 'MESSAGE', 'SUBSCRIBE', 'BYE'])
      expect(await send('stranger', method, 5), method).toEqual([])
    expect(await lab.send('stranger', RTP_FIRST, 'OPTIONS')).toEqual([])
    for (const port of [SIP, SIP + 1, ARI, CONSOLE]) expect(await lab.connect('stranger', port), String(port)).toBe('silence')
    expect(await send('carrier', 'OPTIONS')).toEqual([200])
    expect(await send('carrier', 'MESSAGE')).toEqual([202])
  }, 90_000)

  test('an office’s phones register, a burst of guesses is cut to a phone’s pace, and nobody else notices', async () => {
    await load()
    expect(await send('office', 'REGISTER')).toEqual([401])
    const [burst, ...others] = await Promise.all([
      send('office', 'REGISTER', 400),
      send('carrier', 'OPTIONS'),
      send('carrier', 'MESSAGE', 50),
    ])
    expect(new Set(burst)).toEqual(new Set([401]))
    expect(burst.length).toBeGreaterThan(20)
    expect(burst.length).toBeLessThan(150)
    expect(others).toEqual([[200], Array.from({ length: 50 }, () => 202)])
    // The phones' other requests are not what was cut.
    expect(await send('office', 'OPTIONS')).toHaveLength(1)
  }, 90_000)

  test('the console is for the networks named, Asterisk’s control for nobody', async () => {
    await load()
    expect(await lab.connect('office', CONSOLE)).toBe('refused')
    expect(await lab.connect('carrier', CONSOLE)).toBe('silence')
    for (const place of PLACES) expect(await lab.connect(place, ARI), place).toBe('silence')
  }, 60_000)

  test('the resolver’s port, which Asterisk opens on every address, is reached by nobody', async () => {
    await load()
    const sockets = await lab.inHotline('ss', '-lunpH')
    const ports = [...sockets.matchAll(/(?:0\.0\.0\.0|\*):(\d+) /g)].map(([, port]) => Number(port)).filter((port) => port > 32_767)
    expect(ports).not.toEqual([])
    for (const port of ports) expect(await lab.send('stranger', port, 'OPTIONS')).toEqual([])
  }, 60_000)

  test('loaded again it replaces itself, and what else the machine has stays', async () => {
    await lab.inHotline('nft', 'add', 'table', 'inet', 'site')
    await load()
    await load()
    const tables = await lab.inHotline('nft', 'list', 'tables')
    expect(tables.trim().split('\n').sort()).toEqual(['table inet ringback', 'table inet site'])
    const { code } = await runCommand('nft', ['list', 'table', 'inet', 'ringback'])
    expect(code, 'this machine’s own rules are not touched').not.toBe(0)
  })
})
