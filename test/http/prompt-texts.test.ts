import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { PROMPT_NAMES } from '../../asterisk-config/sounds/catalogue.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import type { ImportProblem, ImportResult, LanguageFile, PromptList, Readiness } from '../../server/domains/prompts/contract.ts'
import { consentTexts, importedCommands, writtenIn } from '../../server/domains/prompts/service.ts'
import { commandOf } from '../../server/domains/texts/word-rules.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { decodeWav, rms, speak } from '../helpers/audio/index.ts'
import { createTestApp, type TestApp, type TestClient } from '../helpers/http.ts'
import { BANGLADESH, LANGUAGES } from '../helpers/hotline.ts'

let app: TestApp
let supervisor: TestClient
let other: TestClient
let administrator: TestClient
let second: TestClient
beforeAll(async () => {
  app = await createTestApp({ isStarted: true })
  await inTransaction(app.db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  supervisor = await app.signInAs('supervisor', { countryIds: ['BD'] })
  other = await app.signInAs('supervisor', { countryIds: ['BD'] })
  administrator = await app.signInAs('administrator')
  second = await app.signInAs('administrator')
})
afterAll(() => app.stop())

const one = (reply: { json<T>(): T }, name: string) => reply.json<PromptList>().prompts.find((each) => each.name === name)!
const codeOf = (reply: { json<T>(): T }) => reply.json<{ code: string }>().code
const change = (client: TestClient, name: string, text: string) => client.send('PUT', `/api/languages/bn/prompts/${name}/text`, { text })

async function record(client: TestClient, name: string) {
  const wav = await readFile(await speak('হ্যালো, আপনাকে ধন্যবাদ।', 'bn'))
  const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="file"\r\ncontent-type: audio/wav\r\n\r\n'
  const payload = Buffer.concat([Buffer.from(head), wav, Buffer.from('\r\n--b--\r\n')])
  const headers = { cookie: client.cookie, 'x-csrf-token': client.csrfToken, 'content-type': 'multipart/form-data; boundary=b' }
  return app.app.inject({ method: 'POST', url: `/api/languages/bn/prompts/${name}/recording`, headers, payload })
}

test('a changed sentence is spoken anew by the machine, as a file too; an approved recording of the former counts no more', async () => {
  const changed = one(await change(supervisor, 'goodbye', '  ধন্যবাদ। ভালো থাকবেন।  '), 'goodbye')
  expect(changed).toMatchObject({ text: 'ধন্যবাদ। ভালো থাকবেন।', state: 'draft', isEdited: true, recording: null })
  const sound = (await supervisor.get(`/api/languages/bn/prompts/goodbye/sounds/${changed.draft!.sha256}`)).rawPayload
  expect(rms(decodeWav(sound))).toBeGreaterThan(0.05)
  const file = path.join(app.config.dataFolder, 'sounds', 'bn', 'goodbye.wav')
  await vi.waitFor(async () => expect((await readFile(file)).equals(sound)).toBe(true), { timeout: 10_000 })

  const { recording } = one(await record(supervisor, 'goodbye'), 'goodbye')
  const approve = { recordingId: recording!.id, nativeSpeaker: 'A native speaker' }
  expect(one(await other.send('POST', '/api/languages/bn/prompts/approve', approve), 'goodbye').state).toBe('approved')
  const heard = await vi.waitFor(async () => {
    const now = await readFile(file)
    expect(now.equals(sound)).toBe(false)
    return now
  }, 10_000)

  const stale = one(await change(supervisor, 'goodbye', 'ধন্যবাদ। আবার কথা হবে।'), 'goodbye')
  expect(stale).toMatchObject({ state: 'stale', recording: { id: recording!.id, text: 'ধন্যবাদ। ভালো থাকবেন।' } })
  expect(codeOf(await other.send('POST', '/api/languages/bn/prompts/approve', approve))).toBe('prompt-text-changed')
  // Callers hear the person until somebody has read the new sentence.
  expect((await readFile(file)).equals(heard)).toBe(true)
  const log = await app.db.selectFrom('activity').select('action').where('action', '=', 'prompt.text-changed').execute()
  expect(log).toHaveLength(2)
})

test('a sentence that is empty, too long or of another script is refused, and one of another’s language is not found', async () => {
  const refusals = [
    await change(supervisor, 'greeting', '   '),
    await change(supervisor, 'greeting', 'ক'.repeat(301)),
    await change(supervisor, 'greeting', 'Hello'),
    await change(supervisor, 'no-such-prompt', 'হ্যালো'),
    await (await app.signInAs('supervisor', { countryIds: [] })).send('PUT', '/api/languages/bn/prompts/greeting/text', { text: 'হ্যালো' }),
  ]
  expect(refusals.map((reply) => [reply.statusCode, codeOf(reply)])).toEqual([
    [422, 'prompt-text-wrong'],
    [422, 'prompt-text-wrong'],
    [422, 'prompt-text-wrong'],
    [404, 'prompt-not-found'],
    [404, 'prompt-not-found'],
  ])
})

async function khmerFile(): Promise<LanguageFile> {
  const template = (await administrator.get('/api/language-file')).json<LanguageFile>()
  expect(template.prompts.map(({ name }) => name)).toEqual([...PROMPT_NAMES])
  const letters = [...'កខគឃងចឆជឈញដឋឌឍណតថទធនបផពភមយរលវសហអ']
  // No sentences: words of letters, each another.
  const text = (index: number) => `${letters[index % 32]}${letters[(index * 7) % 32]} ${letters[Math.floor(index / 32)]}`
  return {
    ...template,
    ...{ code: 'km', ownName: 'ខ្មែរ', script: 'Khmer', isTallScript: true },
    prompts: template.prompts.map((prompt, index) => ({ ...prompt, text: text(index) })),
    texts: template.texts.map(({ name, english }, index) => ({ name, english, text: `${text(index + 200)} ${START}` })),
    ...{ stopWords: [STOP], startWords: [START], consentText: text(300) },
  }
}
const [STOP, START] = ['ឈប់', 'ចាប់']

test('a language comes in as a file without a voice, waits for recordings, and is reviewed by somebody else', async () => {
  const file = await khmerFile()
  const send = (isDryRun: boolean) => administrator.send('POST', `/api/languages?isDryRun=${isDryRun}`, file)
  const trial = (await send(true)).json<ImportResult>()
  expect(trial).toEqual({ isDone: false, languageCode: 'km', ownName: 'ខ្មែរ', sentences: PROMPT_NAMES.length, drafts: 0 })
  expect((await administrator.get('/api/languages/km/prompts')).statusCode).toBe(404)
  expect((await send(false)).json<ImportResult>()).toEqual({ ...trial, isDone: true })

  const list = (await administrator.get('/api/languages/km/prompts')).json<PromptList>()
  expect(list).toMatchObject({ voice: null, isImported: true, review: null, isMine: true })
  expect(new Set(list.prompts.map(({ state }) => state))).toEqual(new Set(['missing']))
  const readiness = (await supervisor.get('/api/countries/BD/readiness')).json<Readiness>().languages
  expect(readiness.find(({ languageCode }) => languageCode === 'km')).toMatchObject({ isPublished: false, isMine: false, voice: null })

  const review = (client: TestClient) => client.send('POST', '/api/languages/km/review', { nativeSpeaker: 'A native speaker' })
  expect(codeOf(await review(administrator))).toBe('language-own-import')
  expect((await review(second)).json<PromptList>().review).toMatchObject({ byName: 'A native speaker' })
  const changed = await second.send('PUT', '/api/languages/km/prompts/greeting/text', { text: 'កក ខខ' })
  expect(changed.json<PromptList>().review).toBeNull()
  expect((await administrator.get('/api/language-file?code=km')).json<LanguageFile>().prompts[0]).toMatchObject({
    name: 'greeting',
    text: 'កក ខខ',
  })
})

test('a file without the written words is kept, and the language waits for them', async () => {
  const whole = { ...(await khmerFile()), code: 'kxm' }
  const { texts: _, stopWords: __, startWords: ___, consentText: ____, ...file } = whole
  const gaps = async () =>
    (await supervisor.get('/api/countries/BD/readiness')).json<Readiness>().languages.find(({ languageCode }) => languageCode === 'kxm')!
      .gaps
  const brought = async () => (await administrator.get('/api/language-file?code=kxm')).json<LanguageFile>()
  await administrator.send('POST', '/api/languages', file)
  expect((await gaps()).at(-1)).toEqual({ name: 'texts', state: 'missing' })
  await administrator.send('POST', '/api/languages', whole)
  expect((await gaps()).map(({ name }) => name)).not.toContain('texts')
  expect(await brought()).toEqual(whole)
  await administrator.send('POST', '/api/languages', file)
  expect(await brought(), 'a file without them takes none away: STOP stays understood').toEqual(whole)
})

test('the template with its prompts alone filled in is such a file', async () => {
  const template = (await administrator.get('/api/language-file')).json<LanguageFile>()
  const { prompts } = await khmerFile()
  const head = { code: 'kdt', ownName: 'កួយ', script: 'Khmer' }
  const reply = await administrator.send('POST', '/api/languages', { ...template, ...head, prompts })
  expect(reply.json<ImportResult>()).toMatchObject({ isDone: true })
  const { languages } = (await supervisor.get('/api/countries/BD/readiness')).json<Readiness>()
  const { gaps, total } = languages.find(({ languageCode }) => languageCode === 'kdt')!
  expect([gaps.length, gaps.at(-1)]).toEqual([total, { name: 'texts', state: 'missing' }])
})

test('whoever reads an imported language sees its written words beside their English', async () => {
  const { texts, stopWords, consentText } = await khmerFile()
  const { written } = (await second.get('/api/languages/km/prompts')).json<PromptList>()
  expect(written).toMatchObject({ texts, stopWords, consentText })
})

test('written words with mistakes are refused with all of them', async () => {
  const file = await khmerFile()
  const texts = file.texts.map((row, index) =>
    index === 0 ? { ...row, text: 'Thank you' } : index === 1 ? { ...row, text: 'ក'.repeat(161) } : row,
  )
  const reply = await administrator.send('POST', '/api/languages', { ...file, texts, stopWords: [], startWords: [STOP], consentText: '' })
  expect(reply.json<{ detail: { problems: ImportProblem[] } }>().detail.problems.map(({ name, field }) => [name, field])).toEqual([
    ['received', 'texts'],
    ['too-long', 'texts'],
    [null, 'stopWords'],
    ['stopped', 'texts'],
    [null, 'consentText'],
  ])
})

test('what an imported language writes is what its speakers read, and STOP in it is heeded', async () => {
  const words = await khmerFile()
  expect((await writtenIn(app.db, 'km'))('received')).toBe(words.texts[0]!.text)
  expect((await consentTexts(app.db))('km')).toBe(words.consentText)
  const commands = await importedCommands(app.db)
  expect([commandOf(`${STOP}!`, commands), commandOf(START, commands), commandOf('STOP', commands)]).toEqual(['stop', 'start', 'stop'])
})

test('with every prompt approved an imported language still waits for its review', async () => {
  const row = {
    wav: Buffer.alloc(44),
    sha256: '0'.repeat(64),
    durationMs: 1000,
    languageCode: 'km',
    recordedByUserId: administrator.userId,
  }
  const approved = { approvedByName: 'A native speaker', approvedByUserId: second.userId, approvedAt: new Date() }
  const { prompts } = (await administrator.get('/api/languages/km/prompts')).json<PromptList>()
  await app.db
    .insertInto('promptRecording')
    .values(prompts.map(({ name, text }) => ({ ...row, ...approved, name, text: text! })))
    .execute()
  const publish = () => supervisor.send('POST', '/api/countries/BD/languages/km/publish')
  expect(codeOf(await publish())).toBe('language-not-reviewed')
  await second.send('POST', '/api/languages/km/review', { nativeSpeaker: 'A native speaker' })
  expect((await publish()).json<Readiness>().languages.find(({ languageCode }) => languageCode === 'km')).toMatchObject({
    isPublished: true,
  })
})

test('a file with mistakes is refused with all of them, row by row, and nothing of it is kept', async () => {
  const file = await khmerFile()
  const prompts = file.prompts.slice(0, -1)
  prompts[0] = { ...prompts[0]!, text: '' }
  prompts[1] = { ...prompts[1]!, text: 'press one' }
  prompts[2] = { ...prompts[2]!, name: 'no-such-prompt' }
  prompts[4] = { ...prompts[4]!, text: prompts[3]!.text }
  const reply = await administrator.send('POST', '/api/languages', { ...file, code: 'tha', script: 'Khmer', voice: 'th', prompts })
  expect([reply.statusCode, codeOf(reply)]).toEqual([422, 'language-import-wrong'])
  const { problems } = reply.json<{ detail: { problems: ImportProblem[] } }>().detail
  expect(problems.map(({ row, name, field }) => [row, name, field])).toEqual([
    [null, null, 'voice'],
    [1, 'greeting', 'text'],
    [2, 'menu-1', 'text'],
    [3, 'no-such-prompt', 'name'],
    [5, 'menu-4', 'text'],
    [null, 'menu-2', 'prompts'],
    [null, 'goodbye', 'prompts'],
  ])
  expect((await administrator.get('/api/languages/tha/prompts')).statusCode).toBe(404)
  expect(codeOf(await administrator.send('POST', '/api/languages', { ...file, code: 'bn', script: 'Khmer' }))).toBe('language-built-in')
  expect((await supervisor.send('POST', '/api/languages', file)).statusCode).toBe(403)
})
