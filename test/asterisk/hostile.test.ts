import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { agentPhoneConfig } from '../../asterisk-config/agent-phone.ts'
import { createPhone, type Phone } from '../helpers/phone/index.ts'
import { readWav, tone } from '../helpers/audio/index.ts'
import { craftedExtensions, escaped } from './hostile-extensions.ts'
import { OFFER, stranger, type Stranger } from './hostile-net.ts'
import { waitForTone } from './dialplan-ears.ts'
import { BANGLADESH, startSite, STRANGER, TURKIYE, type Folder, type Site } from './dialplan-site.ts'

const WORKER = '+8801712345678'

let site: Site
const open: { close(): Promise<void> }[] = []
beforeAll(async () => {
  site = await startSite()
}, 120_000)
afterEach(() => Promise.all(open.splice(0).map((each) => each.close())))
afterAll(() => site?.stop())

async function newStranger(address: string = STRANGER): Promise<Stranger> {
  const one = await stranger(address, { port: site.asterisk.sipPort })
  open.push(one)
  return one
}

const channels = async () => (await site.ari('GET', '/channels')) as { name: string }[]
/** Texts pass through one channel that Asterisk makes for them and keeps. */
const callChannels = async () => (await channels()).filter(({ name }) => !name.startsWith('Message/'))
const stored = async () => Promise.all((['journal', 'fb', 'text'] satisfies Folder[]).map((folder) => site.files(folder)))
const invitesAt = (phone: Phone) =>
  phone.sipLog.filter(({ direction, text }) => direction === 'received' && text.startsWith('INVITE')).length

describe('a stranger', () => {
  test.each(['trunk-bd', 'trunk-tr', 'bd-callback', 'bd-card', 'agent-bd01', 'out-bd', 'anonymous', 'nobody'])(
    'who says he is %s is challenged or refused, whatever he asks',
    async (name) => {
      const before = await stored()
      const someone = await newStranger()
      const from = `<sip:${name}@127.0.0.1>`
      const asked = [
        someone.send('INVITE', site.uriOf(BANGLADESH.card), { from, ...OFFER }),
        someone.send('MESSAGE', site.uriOf(BANGLADESH.card), { from, headers: ['Content-Type: text/plain'], body: 'hello' }),
        someone.send('REGISTER', site.uriOf(name), { from }),
        someone.send('SUBSCRIBE', site.uriOf(name), { from, headers: ['Event: presence', 'Expires: 60'] }),
      ]
      for (const callId of asked) expect([401, 403]).toContain(await someone.final(callId))
      expect(await callChannels()).toEqual([])
      expect(await stored()).toEqual(before)
    },
  )

  test('cannot tell a name we know from one we do not', async () => {
    const someone = await newStranger()
    const challenge = async (name: string) => someone.final(someone.send('REGISTER', site.uriOf(name), { from: `<sip:${name}@127.0.0.1>` }))
    expect(await challenge('trunk-bd')).toBe(await challenge('nobody-at-all'))
  })

  test('who sends 500 requests as fast as he can gets no 2xx, and a caller’s message is not harmed', async () => {
    const caller = site.bangladesh.call(site.uriOf(BANGLADESH.card), { from: WORKER })
    await caller.answered
    await waitForTone(caller)
    const before = await stored()
    const someone = await newStranger()
    const spoken = caller.play(tone(440, 4000))
    const asked: string[] = []
    for (let burst = 0; burst < 20; burst++) {
      for (let each = 0; each < 20; each++)
        asked.push(someone.send('REGISTER', site.uriOf(`guess${burst}`), { from: '<sip:agent-bd01@127.0.0.1>' }))
      for (let each = 0; each < 5; each++)
        asked.push(someone.send('MESSAGE', site.uriOf(BANGLADESH.card), { headers: ['Content-Type: text/plain'], body: 'spam' }))
      await Promise.all(asked.slice(-25).map((callId) => someone.final(callId)))
    }
    await spoken
    await caller.hangUp()

    expect(asked).toHaveLength(500)
    expect(someone.replies.filter(({ status }) => status !== 401 && status !== 403)).toEqual([])
    await expect.poll(callChannels).toEqual([])
    const [journal, messages, texts] = await stored()
    expect([journal, texts]).toEqual([before[0], before[2]])
    const recorded = readWav(site.path('fb', messages?.at(-1) ?? ''))
    expect(recorded.length / 8000).toBeGreaterThan(3.6)
  }, 60_000)
})

describe('a carrier that turned bad', () => {
  test.each([
    ['escaped, so that each sign arrives', escaped],
    ['as they are, which no URI may be', (extension: string) => extension],
  ])('reaches no trunk and no file with 600 crafted extensions %s', async (_, written) => {
    const extensions = craftedExtensions(BANGLADESH.card, WORKER)
    expect(extensions.length).toBeGreaterThanOrEqual(600)
    const before = { stored: await stored(), invites: invitesAt(site.bangladesh) + invitesAt(site.turkiye) }
    const carrier = await newStranger(BANGLADESH.carrier)
    const statuses: number[] = []
    const calls: string[] = []
    for (let first = 0; first < extensions.length; first += 50) {
      const asked = extensions.slice(first, first + 50).map((extension) => carrier.send('INVITE', site.uriOf(written(extension)), OFFER))
      // 0 is silence: what is no SIP request any more gets no answer.
      statuses.push(...(await Promise.all(asked.map((callId) => carrier.final(callId, 300)))))
      const trying = asked.filter((callId) =>
        carrier.replies.filter((reply) => reply.callId === callId).every(({ status }) => status < 200),
      )
      calls.push(...trying.filter((callId) => carrier.replies.some((reply) => reply.callId === callId)))
      for (const callId of calls) carrier.cancel(callId)
    }
    expect(statuses.filter((status) => status !== 0 && (status < 400 || status >= 500))).toEqual([])
    if (written === escaped) expect(statuses.filter((status) => status === 404).length).toBeGreaterThanOrEqual(600)
    await expect.poll(callChannels).toEqual([])

    // What follows a NUL or, unescaped, a colon is no part of the number: that is a plain call to ours, and nothing more.
    const [entries, ...others] = await stored()
    expect(others).toEqual(before.stored.slice(1))
    const fresh = (await site.journal()).filter(({ file }) => entries?.includes(file) && !before.stored[0]?.includes(file))
    expect(fresh.filter(({ did }) => did !== BANGLADESH.card)).toEqual([])
    expect(fresh).toHaveLength(calls.length)
    expect(calls.length).toBeLessThan(15)
    expect(invitesAt(site.bangladesh) + invitesAt(site.turkiye)).toBe(before.invites)
  })

  test.each([
    ['an expression', '${EVAL(${EPOCH})}'],
    ['a command', '${SHELL(touch /tmp/x)}'],
    ['a comma and brackets', '1,2)}]$[1/0]'],
    ['an ampersand', `1&PJSIP/${WORKER}@bd-callback`],
    ['a path', '../../../../etc/cron.d/x'],
    ['a thousand digits', '8'.repeat(1000)],
    ['a word of another script', 'কল সেন্টার'],
    ['quotes and a line end', '"\'\r\nX-Injected: 1'],
  ])('whose caller is %s leaves one entry, with digits alone', async (_, caller) => {
    const before = await site.files('journal')
    const displayName = caller.replaceAll(/["\\\r\n]/g, ' ')
    const carrier = await createPhone({ address: BANGLADESH.carrier, displayName })
    open.push(carrier)
    const headers = { 'P-Asserted-Identity': `<sip:${escaped(caller)}@127.0.0.1>` }
    const call = carrier.call(site.uriOf(BANGLADESH.card), { from: escaped(caller), headers })
    await call.answered
    await call.hangUp()

    const entries = (await site.journal()).filter(({ file }) => !before.includes(file))
    expect(entries).toHaveLength(1)
    expect(entries[0]?.did).toBe(BANGLADESH.card)
    expect(entries[0]?.callerNumber ?? '').toBe(
      caller
        .slice(0, 32)
        .replaceAll(/[^0-9+]/g, '')
        .slice(0, 20),
    )
  })

  test('whose callers have names that are no UTF-8 does not get their numbers into the log', async () => {
    const before = await site.files('journal')
    const carrier = await newStranger(BANGLADESH.carrier)
    const callId = carrier.send('INVITE', site.uriOf(BANGLADESH.card), { from: `"\xc0\xff\xfe" <sip:${WORKER}@127.0.3.11>`, ...OFFER })
    await expect.poll(async () => (await site.files('journal')).length).toBe(before.length + 1)
    carrier.cancel(callId)
    await expect.poll(callChannels).toEqual([])
    expect(await site.logLinesWith(/1712345678/)).toEqual([])
  })

  test('whose text holds commands and expressions has them stored as words', async () => {
    const body = '${SHELL(touch /tmp/ringback-was-here)} `id` $(id) ${FILE(/etc/passwd)},)}"\'\n;\u202e'
    const from = '${CALLERID(num)},)}"'
    const before = await site.files('text')
    expect(await site.bangladesh.sendMessage(site.uriOf(BANGLADESH.card), body, { from: escaped(from) })).toMatchObject({ status: 202 })
    await expect.poll(async () => (await site.files('text')).length).toBe(before.length + 1)
    const [text] = (await site.texts()).filter((each) => each.body === body)
    expect(text).toMatchObject({ did: BANGLADESH.card, isCutOff: false })
  })

  test('cannot transfer a caller elsewhere', async () => {
    const call = site.bangladesh.call(site.uriOf(BANGLADESH.card), { from: WORKER })
    await call.answered
    const carrier = await newStranger(BANGLADESH.carrier)
    const refer = carrier.send('REFER', site.uriOf(BANGLADESH.card), { headers: [`Refer-To: <sip:${WORKER}@${TURKIYE.carrier}>`] })
    expect(await carrier.final(refer)).toBeGreaterThanOrEqual(400)
    await call.hangUp()
    expect(invitesAt(site.turkiye)).toBe(0)
  })
})

test('an agent’s phone registers with its password and can call and text nobody', async () => {
  const [sipUser, password] = ['agent-bd01', randomBytes(18).toString('base64url')]
  const passwordDigest = createHash('md5').update(`${sipUser}:ringback:${password}`).digest('hex')
  for (const { objectType, id, fields } of agentPhoneConfig({ sipUser, passwordDigest, sipBind: '127.0.0.1' })) {
    const attributes = Object.entries(fields).map(([attribute, value]) => ({ attribute, value }))
    await site.ari('PUT', `/asterisk/config/dynamic/res_pjsip/${objectType}/${id}`, { fields: attributes })
  }
  const phone = await createPhone({ address: '127.0.3.20', user: sipUser, password, registrar: `127.0.0.1:${site.asterisk.sipPort}` })
  open.push(phone)
  await phone.register()
  for (const number of [BANGLADESH.card, WORKER, 'call', 's', 'outbound']) {
    expect(await phone.call(site.uriOf(number)).ended).toMatchObject({ by: 'them', status: 404 })
    expect(await phone.sendMessage(site.uriOf(number), 'hello')).toMatchObject({ status: 404 })
  }
  const guesser = await createPhone({
    address: STRANGER,
    user: sipUser,
    password: 'guessed',
    registrar: `127.0.0.1:${site.asterisk.sipPort}`,
  })
  open.push(guesser)
  await expect(guesser.register()).rejects.toThrow('401')
})

test('ARI wants its password, and there is no status page, no AMI, no shell and no way to originate from the dialplan', async () => {
  expect((await fetch(`${site.asterisk.ariUrl}/channels`)).status).toBe(401)
  expect((await fetch(site.asterisk.ariUrl.replace('/ari', '/httpstatus'))).status).toBe(404)
  const modules = ((await site.ari('GET', '/asterisk/modules')) as { name: string }[]).map(({ name }) => name)
  const unwanted = ['app_system', 'func_shell', 'func_curl', 'res_agi', 'app_originate', 'app_disa', 'res_pjsip_refer', 'pbx_spool']
  const anonymous = 'res_pjsip_endpoint_identifier_anonymous'
  expect(modules.filter((name) => [...unwanted, anonymous].includes(name.replace('.so', '')))).toEqual([])
  expect(modules.filter((name) => name.startsWith('chan_')).sort()).toEqual(['chan_bridge_media.so', 'chan_pjsip.so'])
})

test('after all this Asterisk is up, and no log line shows a number', async () => {
  expect(await site.ari('GET', '/asterisk/ping')).toMatchObject({ ping: 'pong' })
  expect(await site.logLinesWith(/1712345678|888888/)).toEqual([])
})
