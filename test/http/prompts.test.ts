import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { PROMPT_NAMES } from '../../asterisk-config/sounds/catalogue.ts'
import { PROMPT_LEVEL } from '../../asterisk-config/sounds/loudness.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import type { PromptList, Readiness } from '../../server/domains/prompts/contract.ts'
import { createSoundFiles } from '../../server/domains/prompts/sound-files.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { correlate, decodeWav, encodeWav, rms, speak } from '../helpers/audio/index.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'
import { quietPhoneSide } from '../helpers/phone-side.ts'

const TURKISH = { code: 'tr', ownName: 'Türkçe', direction: 'ltr' as const, isTallScript: false }
const KHMER = { code: 'km', ownName: 'ខ្មែរ', direction: 'ltr' as const, isTallScript: true }
let app: TestApp
let supervisor: TestClient
let other: TestClient
let administrator: TestClient
let wav: Buffer
beforeAll(async () => {
  app = await createTestApp({ isStarted: true })
  await inTransaction(app.db, (tx) => saveCountries(tx, [...LANGUAGES, TURKISH, KHMER], [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  other = await app.signInAs('supervisor', { countryIds: ['BD'] })
  administrator = await app.signInAs('administrator')
  wav = await readFile(await speak('Merhaba. Bizi aradığınız için teşekkür ederiz.', 'tr'))
})
afterAll(() => app.stop())

function upload(client: TestClient, { code, name, text, sound = wav }: { code: string; name: string; text?: string; sound?: Buffer }) {
  const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="file"\r\ncontent-type: audio/wav\r\n\r\n'
  const payload = Buffer.concat([Buffer.from(head), sound, Buffer.from('\r\n--b--\r\n')])
  const headers = { cookie: client.cookie, 'x-csrf-token': client.csrfToken, 'content-type': 'multipart/form-data; boundary=b' }
  const url = `/api/languages/${code}/prompts/${name}/recording${text === undefined ? '' : `?text=${encodeURIComponent(text)}`}`
  return app.app.inject({ method: 'POST', url, headers, payload })
}
const approve = (client: TestClient, code: string, recordingId: string) =>
  client.send('POST', `/api/languages/${code}/prompts/approve`, { recordingId, nativeSpeaker: 'A native speaker' })
const one = (reply: { json<T>(): T }, name: string) => reply.json<PromptList>().prompts.find((each) => each.name === name)!
const codeOf = (reply: { json<T>(): T }) => reply.json<{ code: string }>().code

test('a recording replaces the draft, as a file too, as loud as the others; somebody else approves it', async () => {
  expect(one(await supervisor.get('/api/languages/bn/prompts'), 'greeting')).toMatchObject({ state: 'draft', recording: null })
  const recorded = one(await upload(supervisor, { code: 'bn', name: 'greeting' }), 'greeting')
  expect(recorded.state).toBe('recorded')
  const { id } = recorded.recording!
  const sound = (await other.get(`/api/languages/bn/recordings/${id}/audio`)).rawPayload
  expect(correlate(decodeWav(sound), decodeWav(wav)).score).toBeGreaterThan(0.8)
  expect(Math.abs(rms(decodeWav(sound)) - PROMPT_LEVEL)).toBeLessThan(PROMPT_LEVEL / 4)
  const file = path.join(app.config.dataFolder, 'sounds', 'bn', 'greeting.wav')
  await vi.waitFor(async () => expect((await readFile(file)).equals(sound)).toBe(true), { timeout: 5000 })

  const own = await approve(supervisor, 'bn', id)
  expect([own.statusCode, codeOf(own)]).toEqual([409, 'prompt-own-recording'])
  expect(one(await approve(other, 'bn', id), 'greeting')).toMatchObject({
    state: 'approved',
    recording: { approvedByName: 'A native speaker' },
  })

  const again = one(await upload(supervisor, { code: 'bn', name: 'greeting' }), 'greeting')
  expect(again).toMatchObject({ state: 'recorded', recording: { approvedByName: null } })
  expect((await approve(other, 'bn', id)).statusCode).toBe(404)
  expect((await other.get(`/api/languages/bn/recordings/${id}/audio`)).rawPayload.equals(sound)).toBe(true)
  const log = await app.db.selectFrom('activity').select('action').where('subjectId', '=', id).orderBy('happenedAt').execute()
  expect(log.map(({ action }) => action)).toEqual(['prompt.recorded', 'prompt.approved'])
})

test('a set-up that put the draft back is overruled by what was recorded', async () => {
  const { recording } = one(await upload(supervisor, { code: 'bn', name: 'goodbye' }), 'goodbye')
  const folder = path.join(app.config.dataFolder, 'other-sounds')
  const files = createSoundFiles({ db: app.db, log: app.context.log, instance: 'other', folder })
  const file = path.join(folder, 'bn', 'goodbye.wav')
  await files.sync()
  const sound = await readFile(file)
  await writeFile(file, 'a draft')
  await files.sync()
  expect((await readFile(file)).equals(sound)).toBe(true)
  expect(sound.equals((await supervisor.get(`/api/languages/bn/recordings/${recording!.id}/audio`)).rawPayload)).toBe(true)
})

test('recordings that cannot be written are on the board until they can', async () => {
  await upload(supervisor, { code: 'bn', name: 'goodbye' })
  const folder = path.join(app.config.dataFolder, 'a-file')
  await writeFile(folder, '')
  const files = createSoundFiles({ db: app.db, log: app.context.log, instance: 'full', folder })
  const isOpen = async () => {
    const rows = app.db.selectFrom('alert').select('id').where('kind', '=', 'prompts-not-written').where('subject', '=', 'instance-full')
    return (await rows.where('resolvedAt', 'is', null).execute()).length
  }
  await files.sync()
  expect(await isOpen()).toBe(1)
  await rm(folder)
  await files.sync()
  expect(await isOpen()).toBe(0)
})

test('what is no sound, silent, of no prompt, or of a language of others is refused', async () => {
  const refusals = [
    await upload(supervisor, { code: 'bn', name: 'greeting', sound: Buffer.from('no sound') }),
    await upload(supervisor, { code: 'bn', name: 'greeting', sound: Buffer.from(encodeWav(new Int16Array(16_000))) }),
    await upload(supervisor, { code: 'bn', name: 'no-such-prompt' }),
    await upload(supervisor, { code: 'tr', name: 'greeting' }),
    await upload(administrator, { code: 'km', name: 'greeting' }),
    await upload(administrator, { code: 'xx', name: 'greeting' }),
  ]
  expect(refusals.map((reply) => [reply.statusCode, codeOf(reply)])).toEqual([
    [422, 'prompt-no-sound'],
    [422, 'prompt-no-sound'],
    [404, 'prompt-not-found'],
    [404, 'prompt-not-found'],
    [422, 'prompt-text-missing'],
    [404, 'prompt-not-found'],
  ])
})

test('what crackles or is too quiet is refused with what to do about it; a file of another format is taken', async () => {
  const loud = decodeWav(wav).map((sample) => Math.max(-32_767, Math.min(32_767, sample * 12)))
  const quiet = decodeWav(wav).map((sample) => Math.round(sample / 60))
  const refusals = [
    await upload(supervisor, { code: 'bn', name: 'greeting', sound: Buffer.from(encodeWav(loud)) }),
    await upload(supervisor, { code: 'bn', name: 'greeting', sound: Buffer.from(encodeWav(quiet)) }),
    await upload(supervisor, { code: 'bn', name: 'greeting', sound: Buffer.concat([Buffer.from('ID3'), wav]) }),
  ]
  expect(refusals.map((reply) => [reply.statusCode, codeOf(reply)])).toEqual([
    [422, 'prompt-clipped'],
    [422, 'prompt-too-quiet'],
    [422, 'prompt-no-sound'],
  ])
  for (const format of ['flac', 'ogg', 'aiff']) {
    const sound = execFileSync('sox', ['-t', 'wav', '-', '-r', '44100', '-c', '2', '-t', format, '-'], { input: wav })
    const { recording } = one(await upload(supervisor, { code: 'bn', name: 'hold-on', sound }), 'hold-on')
    const heard = (await supervisor.get(`/api/languages/bn/prompts/hold-on/sounds/${recording!.sha256}`)).rawPayload
    expect(correlate(decodeWav(heard), decodeWav(wav)).score, format).toBeGreaterThan(0.8)
    expect(recording!.levelDb, format).toBeGreaterThan(-22)
    expect(recording!.levelDb, format).toBeLessThan(-18)
  }
})

test('a sound’s address is its content: kept by the browser for ever, private, and of its own prompt alone', async () => {
  const { recording } = one(await upload(supervisor, { code: 'bn', name: 'try-later' }), 'try-later')
  const url = (name: string, sha256 = recording!.sha256) => `/api/languages/bn/prompts/${name}/sounds/${sha256}`
  const reply = await supervisor.get(url('try-later'))
  expect([reply.statusCode, reply.headers['cache-control']]).toEqual([200, 'private, max-age=31536000, immutable'])
  expect(createHash('sha256').update(reply.rawPayload).digest('hex')).toBe(recording!.sha256)
  expect((await supervisor.get(url('pin-later'))).statusCode).toBe(404)
  expect((await supervisor.get(url('try-later', '0'.repeat(64)))).statusCode).toBe(404)
})

test('a prompt is played on the phone of an agent who is free for it', async () => {
  const phone = quietPhoneSide()
  const listening = await createTestApp({ phone })
  onTestFinished(() => listening.stop())
  await inTransaction(listening.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  const listener = await listening.signInAs('supervisor', { countryIds: ['BD'] })
  const agent = await listening.signInAs('agent', { countryIds: ['BD'] })
  const values = {
    userId: agent.userId,
    sipUser: 'agent-ab12',
    sipPasswordDigest: '0'.repeat(32),
    countryIds: ['BD'],
    languageCodes: ['bn'],
  }
  await listening.db
    .insertInto('agent')
    .values({ ...values, isPhoneReachable: false, status: 'away' })
    .execute()
  const play = async () => {
    const reply = await listener.send('POST', '/api/languages/bn/prompts/greeting/play', { agentUserId: agent.userId })
    return reply.statusCode === 200 ? 'played' : codeOf(reply)
  }
  expect(await play()).toBe('phone-not-reachable')
  await listening.db.updateTable('agent').set({ isPhoneReachable: true, status: 'on-call' }).execute()
  expect(await play()).toBe('agent-busy')
  await listening.db.updateTable('agent').set({ status: 'break' }).execute()
  expect(await play()).toBe('prompt-missing')
  const folder = path.join(listening.config.dataFolder, 'sounds', 'bn')
  await mkdir(folder, { recursive: true })
  await writeFile(path.join(folder, 'greeting.wav'), encodeWav(decodeWav(wav)))
  expect(await play()).toBe('played')
  expect(phone.listenings).toEqual([
    { id: expect.any(String) as string, sipUser: 'agent-ab12', path: path.join(folder, 'greeting'), maxSeconds: 60 },
  ])
})

test('a language is published without a gap only; its gaps are named', async () => {
  const url = '/api/countries/BD/languages/km/publish'
  const early = await supervisor.send('POST', url)
  expect([early.statusCode, codeOf(early)]).toEqual([409, 'language-not-ready'])
  const readiness = (await supervisor.get('/api/countries/BD/readiness')).json<Readiness>()
  const of = (code: string, from: Readiness) => from.languages.find(({ languageCode }) => languageCode === code)!
  expect(of('km', readiness)).toMatchObject({ isPublished: false })
  expect(of('km', readiness).gaps).toHaveLength(PROMPT_NAMES.length)
  expect(of('tr', readiness).gaps[0]).toEqual({ name: 'greeting', state: 'draft' })
  expect(of('bn', readiness).isPublished).toBe(true)

  const others = PROMPT_NAMES.filter((name) => name !== 'greeting' && name !== 'goodbye')
  const row = await app.db
    .selectFrom('promptRecording')
    .select(['wav', 'sha256', 'durationMs', 'levelDb'])
    .limit(1)
    .executeTakeFirstOrThrow()
  const approved = { approvedByName: 'A native speaker', approvedByUserId: other.userId, approvedAt: new Date() }
  const recorded = { ...row, ...approved, languageCode: 'km', recordedByUserId: administrator.userId }
  await app.db
    .insertInto('promptRecording')
    .values(others.map((name) => ({ ...recorded, name, text: `ឃ្លា ${name}` })))
    .execute()
  for (const name of ['greeting', 'goodbye']) {
    const { recording } = one(await upload(administrator, { code: 'km', name, text: `ឃ្លា ${name}` }), name)
    if (name !== 'goodbye') await supervisorOfKhmer(recording!.id)
  }
  const late = await supervisor.send('POST', url)
  expect(late.json()).toMatchObject({ detail: { gaps: [{ name: 'goodbye', state: 'recorded' }] } })

  const { recording } = one(await administrator.get('/api/languages/km/prompts'), 'goodbye')
  await supervisorOfKhmer(recording!.id)
  const done = (await supervisor.send('POST', url)).json<Readiness>()
  expect(of('km', done)).toMatchObject({ languageCode: 'km', isPublished: true, gaps: [] })
  const { languageCodes } = await app.db.selectFrom('country').select('languageCodes').where('id', '=', 'BD').executeTakeFirstOrThrow()
  expect(languageCodes).toEqual([...BANGLADESH.languageCodes, 'km'])
  const stranger = await app.signInAs('supervisor', { countryIds: [] })
  expect((await stranger.send('POST', url)).statusCode).toBe(404)
}, 60_000)

let second: Promise<TestClient> | undefined
async function supervisorOfKhmer(recordingId: string) {
  const reply = await approve(await (second ??= app.signInAs('administrator')), 'km', recordingId)
  expect(reply.statusCode).toBe(200)
}
