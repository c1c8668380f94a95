import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LANGUAGES, PROMPT_NAMES } from '../../asterisk-config/sounds/catalogue.ts'
import { HIGHEST_PEAK, PROMPT_LEVEL } from '../../asterisk-config/sounds/loudness.ts'
import { makePrompts, type MadePrompt } from '../../scripts/make-prompts.ts'
import { correlate, readWav, rms, toneLevel } from '../helpers/audio/index.ts'

let soundsFolder: string
let made: MadePrompt[]
const silent = () => undefined
/** One short word, of which one loud sound sets the level. */
const isDigit = ({ name }: Pick<MadePrompt, 'name'>) => name.startsWith('digit-')
const pathOf = ({ language, name }: Pick<MadePrompt, 'language' | 'name'>) => join(soundsFolder, language, `${name}.wav`)

beforeAll(async () => {
  soundsFolder = await mkdtemp(join(tmpdir(), 'ringback-test-prompts-'))
  made = await makePrompts({ soundsFolder, log: silent })
}, 180_000)
afterAll(() => rm(soundsFolder, { recursive: true, force: true }))

test('every language gets every prompt, and the manifest says what each says', async () => {
  for (const language of LANGUAGES) {
    expect((await readdir(join(soundsFolder, language))).sort()).toEqual(PROMPT_NAMES.map((name) => `${name}.wav`).sort())
  }
  expect(JSON.parse(await readFile(join(soundsFolder, 'manifest.json'), 'utf8'))).toEqual(made)
  expect(made).toHaveLength(LANGUAGES.length * PROMPT_NAMES.length)
})

test('prompts are as loud as each other and never clipped', () => {
  for (const prompt of made) {
    const samples = readWav(pathOf(prompt))
    const decibelsOff = 20 * Math.log10(rms(samples) / PROMPT_LEVEL)
    expect
      .soft(Math.abs(decibelsOff), `${prompt.language} ${prompt.name}: ${decibelsOff.toFixed(1)} dB off`)
      .toBeLessThan(isDigit(prompt) ? 3 : 2.5)
    expect.soft(Math.max(...samples.map(Math.abs)) / 32768, `${prompt.language} ${prompt.name}`).toBeLessThanOrEqual(HIGHEST_PEAK + 0.001)
  }
})

test('prompts begin at once, end with a breath, and take no longer than the caller’s patience', () => {
  for (const prompt of made) {
    const samples = readWav(pathOf(prompt))
    const firstMs = samples.findIndex((sample) => Math.abs(sample) > 300) / 8
    const lastMs = (samples.length - samples.findLastIndex((sample) => Math.abs(sample) > 300)) / 8
    expect.soft(firstMs, `${prompt.language} ${prompt.name}`).toBeLessThan(150)
    expect.soft(lastMs, `${prompt.language} ${prompt.name}`).toSatisfy((ms: number) => ms > 200 && ms < 500)
    expect
      .soft(prompt.durationMs, `${prompt.language} ${prompt.name}`)
      .toSatisfy((ms: number) => ms > (isDigit(prompt) ? 400 : 800) && ms < 10_000)
    expect.soft(prompt.durationMs).toBe(Math.round(samples.length / 8))
  }
})

test('the keys of a menu sound different from one another, and so do the languages', () => {
  const [one, two] = ['menu-1', 'menu-2'].map((name) => readWav(pathOf({ language: 'bn', name })))
  const turkish = readWav(pathOf({ language: 'tr', name: 'menu-1' }))
  expect(correlate(one!, two!).score).toBeLessThan(0.8)
  expect(correlate(one!, turkish).score).toBeLessThan(0.8)
  expect(correlate(one!, one!).score).toBeGreaterThan(0.99)
})

test('the tone is a tone', () => {
  const beep = readWav(join(soundsFolder, 'beep.wav'))
  expect(toneLevel(beep, 1000)).toBeGreaterThan(0.1)
  expect(toneLevel(beep, 600)).toBeLessThan(0.01)
})

test('a second run touches nothing, and mends what was damaged', async () => {
  const [kept, damaged] = [pathOf({ language: 'vi', name: 'greeting' }), pathOf({ language: 'vi', name: 'goodbye' })]
  const [before, whole] = [await stat(kept), await readFile(damaged)]
  await writeFile(damaged, 'not a wav')
  await utimes(damaged, 0, 0)
  const lines: string[] = []
  await makePrompts({ soundsFolder, languages: ['vi'], log: (line) => lines.push(line) })
  expect(await stat(kept)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
  expect(await readFile(damaged)).toEqual(whole)
  expect(lines).toEqual([`Prompts in vi: ${PROMPT_NAMES.length}, of which 0 were spoken now`])
})
