import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { splitCause } from '../../asterisk-config/names.ts'
import { asteriskConfigFiles, renderAsteriskConfig, type AsteriskConfigInput } from '../../asterisk-config/render.ts'
import { fill } from '../../asterisk-config/template.ts'

let parent: string
let input: AsteriskConfigInput
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'ringback-test-config-'))
  input = anInput(join(parent, 'asterisk'))
})
afterEach(() => rm(parent, { recursive: true, force: true }))

function anInput(folder: string): AsteriskConfigInput {
  return {
    folder,
    directories: { modules: '/usr/lib/asterisk/modules', data: '/usr/share/asterisk' },
    ports: { sip: 5060, ari: 8088, rtpFirst: 20_000, rtpLast: 20_999 },
    binds: { sip: '192.0.2.10' },
    ariUser: 'ringback',
    ariPassword: 'abcdefghijklmnopqrstuvwx',
    journalKey: '0123456789abcdef',
    instancePattern: 'ringback-[0-9]+',
    trunks: [{ id: 'bd', countryId: 'BD', carrierHost: '192.0.2.20', carrierPort: 5060, allowedPrefixes: ['+88017'] }],
    lines: [{ did: '+8809600000001', countryId: 'BD', trunkId: 'bd', kind: 'card', languages: ['bn'] }],
    soundsFolder: '/var/lib/ringback/sounds',
  }
}

type Change = (input: AsteriskConfigInput) => object
const [trunk, line] = [
  (fields: object): Change =>
    (from) => ({ trunks: [{ ...from.trunks[0], ...fields }] }),
  lineWith,
]
function lineWith(fields: object): Change {
  return (from) => ({ lines: [{ ...from.lines[0], ...fields }] })
}

describe('what cannot be written into Asterisk’s files is refused before anything is written', () => {
  test.each<[string, Change]>([
    ['a folder with a line end', () => ({ folder: '/tmp/a\nb' })],
    ['a folder with a semicolon', () => ({ folder: '/tmp/a;b' })],
    ['a sounds folder that adds a sound', () => ({ soundsFolder: '/tmp/a&/tmp/b' })],
    ['a sounds folder that adds an argument', () => ({ soundsFolder: '/tmp/a,b' })],
    ['a sounds folder with an expression', () => ({ soundsFolder: '/tmp/${EPOCH}' })],
    ['a relative folder', () => ({ folder: 'asterisk' })],
    ['a port that is none', (from) => ({ ports: { ...from.ports, sip: 70_000 } })],
    ['RTP ports upside down', (from) => ({ ports: { ...from.ports, rtpLast: 19_000 } })],
    ['a bind with a second setting', () => ({ binds: { sip: '127.0.0.1\nexternal_media_address=x' } })],
    ['a short ARI password', () => ({ ariPassword: 'secret' })],
    ['an ARI user that opens a section', () => ({ ariUser: 'x]\n[y' })],
    ['a journal key of 15 characters', () => ({ journalKey: '0123456789abcde' })],
    ['a journal key that ends the function', () => ({ journalKey: '0123456789abc,)}' })],
    ['an instance pattern with an argument', () => ({ instancePattern: 'x,y' })],
    ['a trunk id with a bracket', trunk({ id: 'bd](x' })],
    ['a trunk id of an agent', trunk({ id: 'agent-1' })],
    ['a carrier with a second match', trunk({ carrierHost: '192.0.2.20,0.0.0.0/0' })],
    ['a carrier that is everybody', trunk({ carrierHost: '0.0.0.0/0' })],
    ['a prefix that stands for anything', trunk({ allowedPrefixes: ['+.'] })],
    ['an empty prefix', trunk({ allowedPrefixes: [''] })],
    ['a prefix of national digits', trunk({ allowedPrefixes: ['017'] })],
    ['a call without end', trunk({ maxCallSeconds: 100_000 })],
    ['a transport that is none', trunk({ ways: { transport: 'sctp' } })],
    ['TLS without a certificate', trunk({ ways: { transport: 'tls' } })],
    ['a log-in that opens a section', trunk({ ways: { registration: { user: 'x]\n[y', password: 'long-enough-1' } } })],
    ['a password that starts a comment', trunk({ ways: { registration: { user: 'x', password: 'long;enough-1' } } })],
    ['a password with a line end', trunk({ ways: { registration: { user: 'x', password: 'long-enough\n1' } } })],
    ['a short password', trunk({ ways: { registration: { user: 'x', password: '1234' } } })],
    ['national numbers of no country', trunk({ ways: { numberFormat: 'national' } })],
    ['a prefix of signs', trunk({ ways: { numberFormat: 'digits', dialPrefix: '*31#' } })],
    ['a prefix before a plus', trunk({ ways: { dialPrefix: '99' } })],
    ['a header of one’s own', trunk({ ways: { identityHeader: 'X-Any' } })],
    ['a source that is everybody', trunk({ ways: { furtherSources: ['0.0.0.0/0'] } })],
    ['a source that is another trunk’s carrier', trunk({ ways: { furtherSources: ['192.0.2.20'] } })],
    ['a number with a second priority', line({ did: '+880960,1,Dial(x)' })],
    ['a number of digits of another script', line({ did: '+৮৮০৯৬০০০০০০০১' })],
    ['a line of another country', line({ countryId: 'TR' })],
    ['a line without a trunk', line({ trunkId: 'xx' })],
    ['a line without a language', line({ languages: [] })],
    ['a language that is a path', line({ languages: ['../bn'] })],
    ['two trunks of one carrier', (from) => ({ trunks: [from.trunks[0], { ...from.trunks[0], id: 'in' }] })],
    ['one number twice', (from) => ({ lines: [from.lines[0], { ...from.lines[0], kind: 'callback' }] })],
  ])('%s', async (_, change) => {
    await expect(renderAsteriskConfig({ ...input, ...change(input) } as AsteriskConfigInput)).rejects.toMatchObject({
      code: 'bad-asterisk-config',
    })
    expect(await readdir(parent)).toEqual([])
  })

  test('and the reason never shows a secret', async () => {
    for (const change of [{ ariPassword: 'my secret word' }, { journalKey: 'my secret word' }]) {
      await expect(renderAsteriskConfig({ ...input, ...change })).rejects.not.toThrow(/my secret/)
    }
  })
})

test('everything is written whole, for its owner only, and what was there besides is left alone', async () => {
  await renderAsteriskConfig(input)
  await writeFile(join(input.folder, 'db/astdb.sqlite3'), 'registrations')
  await writeFile(join(input.folder, 'pjsip.conf'), 'old')
  await renderAsteriskConfig(input)
  const names = await readdir(input.folder)
  const files = names.filter((name) => name.includes('.'))
  expect(files.filter((name) => !name.endsWith('.conf'))).toEqual([])
  expect(files).toEqual(expect.arrayContaining(['asterisk.conf', 'pjsip.conf', 'extensions.conf', 'modules.conf', 'ari.conf']))
  for (const name of files) expect((await stat(join(input.folder, name))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(input.folder, 'db/astdb.sqlite3'), 'utf8')).toBe('registrations')
  expect((await readdir(join(input.folder, 'spool/recording'))).sort()).toEqual(['check', 'fb', 'journal', 'text'])
})

test('a number may be dialled by patterns of digits alone', async () => {
  const { 'extensions.conf': dialplan = '' } = await asteriskConfigFiles(input)
  const patterns = [...dialplan.matchAll(/^exten => _(.*),1,Set\(RB_DIAL=/gm)].map((match) => match[1])
  expect(patterns).toEqual(['+88017XXXXXXXX'])
})

test('no pattern of a context that a carrier reaches stands for anything but itself', async () => {
  const { 'extensions.conf': dialplan = '' } = await asteriskConfigFiles(input)
  const reachable = dialplan.split(/^(?=\[)/m).filter((context) => /^\[(from|text)-/.test(context))
  expect(reachable).toHaveLength(2)
  expect(reachable.flatMap((context) => [...context.matchAll(/^exten => ([^,]*)/gm)].map((match) => match[1]))).toEqual([
    '+8809600000001',
    '8809600000001',
    '+8809600000001',
    '8809600000001',
  ])
})

test('RTP stays on the address of SIP, and on every address only where SIP does', async () => {
  expect((await asteriskConfigFiles(input))['pjsip.conf']).toContain('media_address = 192.0.2.10')
  expect((await asteriskConfigFiles({ ...input, binds: { sip: '0.0.0.0' } }))['pjsip.conf']).not.toContain('media_address')
  const ipv6 = (await asteriskConfigFiles({ ...input, binds: { sip: '2001:db8::1' } }))['pjsip.conf']
  expect(ipv6).toContain('bind = [2001:db8::1]:5060')
  expect(ipv6).toContain('rtp_ipv6 = yes')
})

test('a carrier is spoken to as it wants, and the country’s others as before; each carries all its numbers', async () => {
  const ways = {
    transport: 'tcp',
    registration: { user: 'customer', password: 'a-long-password' },
    numberFormat: 'national',
    dialPrefix: '77',
  } as const
  const [first] = input.trunks
  const odd = { ...first!, id: 'odd', callingCode: '880', carrierHost: '192.0.2.30', ways }
  const { 'pjsip.conf': pjsip = '', 'extensions.conf': dialplan = '' } = await asteriskConfigFiles({
    ...input,
    trunks: [first!, odd],
  })
  expect(pjsip.match(/^(contact|server_uri) = .*/gm)).toEqual([
    'contact = sip:192.0.2.20:5060',
    'contact = sip:192.0.2.20:5060',
    'contact = sip:192.0.2.30:5060\\;transport=tcp',
    'server_uri = sip:192.0.2.30:5060\\;transport=tcp',
    'contact = sip:192.0.2.30:5060\\;transport=tcp',
  ])
  expect(dialplan.match(/RB_DIAL=.*/g)).toEqual([
    // A check of our own number is dialled in the same form.
    'RB_DIAL=+8809600000001)',
    'RB_DIAL=${EXTEN:0})',
    'RB_DIAL=7709600000001)',
    'RB_DIAL=770${EXTEN:4})',
  ])
  expect(dialplan.match(/^\[from-odd\]\nexten => .*/m)?.[0]).toBe('[from-odd]\nexten => +8809600000001,1,Set(RB_DID=+8809600000001)')
  expect(pjsip.match(/^from_user = .*/gm)).toEqual(['from_user = +8809600000001', 'from_user = 09600000001'])
})

describe('a template', () => {
  test('repeats a section, inner names before outer ones', () => {
    const template = 'a {{x}}\n{{#each}}\nb {{x}} {{y}}\n{{/each}}\nc\n'
    expect(fill(template, { x: 1, y: 2, each: [{ x: 3 }, {}] })).toBe('a 1\nb 3 2\nb 1 2\nc\n')
  })

  test.each([
    ['a name nobody gave', '{{missing}}'],
    ['a section nobody gave', '{{#missing}}\n{{/missing}}\n'],
    ['a section left open', '{{#each}}\n'],
    ['a list where a word belongs', '{{each}}'],
  ])('with %s is an error', (_, template) => {
    expect(() => fill(template, { each: [] })).toThrow()
  })

  test.each(['a\nb', 'a;b', 'a}}b', 'a\u2028b'])('takes no value that could break out of its line (%j)', (value) => {
    expect(() => fill('{{x}}', { x: value })).toThrow('{{x}}')
  })
})

test('a cause of an outbound call says both what SIP and what Q.850 call it', () => {
  expect(splitCause(486_017)).toEqual({ sipStatus: 486, hangupCause: 17 })
  expect(splitCause(404_001)).toEqual({ sipStatus: 404, hangupCause: 1 })
  expect(splitCause(16)).toEqual({ sipStatus: null, hangupCause: 16 })
})

test('the firewall lets in whom the rows name, each in the set of its kind, and says of a carrier known by a name that it cannot', async () => {
  const trunks = [
    { ...input.trunks[0]!, ways: { furtherSources: ['192.0.2.21', '2001:db8::20'] } },
    { ...input.trunks[0]!, id: 'vn', carrierHost: 'sip.example.org' },
  ]
  const firewall = { consolePort: 8080, agentNetworks: ['10.20.0.0/16', '2001:db8:1::/48'], consoleNetworks: [] }
  const { 'nftables.conf': rules = '' } = await asteriskConfigFiles({ ...input, trunks, firewall })
  const elements = [...rules.matchAll(/^add element inet ringback (\w+) \{ (\S+) \}$/gm)].map(([, set, address]) => [set, address])
  expect(elements).toEqual([
    ['carriers4', '192.0.2.20'],
    ['carriers4', '192.0.2.21'],
    ['carriers6', '2001:db8::20'],
    ['agents4', '10.20.0.0/16'],
    ['agents6', '2001:db8:1::/48'],
  ])
  expect(rules).toContain('# sip.example.org (trunk vn) is a name')
  expect(rules).toContain('udp dport 20000-20999 jump audio')
  // Nobody said where the console is opened: then from anywhere.
  expect(/chain console \{\n {2}\}/.test(rules)).toBe(true)
})

test.each(['10.20.0.0/33', '10.20.0', 'everywhere', '10.0.0.0/8; accept', '2001:db8::/129'])(
  '%s is no network for the firewall',
  async (network) => {
    const firewall = { consolePort: 8080, agentNetworks: [network], consoleNetworks: [] }
    await expect(asteriskConfigFiles({ ...input, firewall })).rejects.toThrow('firewall must be')
  },
)
test('a check can ring the one number that is written in its place, and shows the trunk’s other one', async () => {
  const callback = { did: '+8809600000002', countryId: 'BD', trunkId: 'bd', kind: 'callback', languages: ['bn'] } as const
  const dialplan = (await asteriskConfigFiles({ ...input, lines: [...input.lines, callback] }))['extensions.conf']!
  const [, card = ''] = /\[check-bd-card\]\n([^[]*)/.exec(dialplan) ?? []
  expect(card).toContain('RB_DIAL=+8809600000001)')
  expect(card).toContain('RB_VIA=bd-callback)')
  expect(card).toContain('Goto(from-bd,+8809600000001,1)')
  // Of what the service sends, the keys are digits and a text is words: neither is ever dialled.
  expect(card.match(/\$\{(?!FILTER)[A-Z_]+\}/g)).toEqual(['${RB_TOKEN}', '${RB_TOKEN}', '${RB_TEXT}'])
  expect(dialplan.match(/RB_CHECK=.*/g)).toEqual(['RB_CHECK=:${FILTER(0-9,${RB_TOKEN})})', 'RB_CHECK=:${FILTER(0-9,${RB_TOKEN})})'])
})
