import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { randomInt } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeG711 } from './audio/g711.ts'
import { readWav, SAMPLE_RATE } from './audio/wav.ts'
import type { Demo, DemoCountry } from './demo.ts'
import { workerNumber, type LineBehaviour } from './numbers.ts'
import { keyAndSpeech, type PromptLengths } from './prompt-lengths.ts'
import { messageText, messageWav } from './sentences.ts'
import { callScenario, textScenario, type CallScenario } from './sipp-scenario.ts'
import { runSipp, type SippResult } from './sipp.ts'

/** What workers do: the call itself, and for those who leave a message what their phone will do when it is called back. */
export const SCENARIOS = [
  'voicemail',
  'hang-up-early',
  'silent',
  'missed',
  'busy',
  'no-answer',
  'rejects',
  'dead',
  'texts',
  'live',
] as const
export type Scenario = (typeof SCENARIOS)[number]

export type Load = {
  scenario: Scenario
  calls: number
  callsPerSecond: number
  countries: DemoCountry[]
  /** Where the hotline takes calls. */
  target: Demo['sip']
  lengths: PromptLengths
  signal?: AbortSignal
}

/** How the workers of one country and language fared. */
export type GroupResult = SippResult & { countryId: string; language: string }

/** `firstIndex`: where this group's numbers begin in its country's range. */
type Group = { country: DemoCountry; language: string; calls: number; firstIndex: number }

/** A call of ours can be this much longer than the message in it: prompts before and after, waiting for the goodbye. */
const LONGEST_CALL_SECONDS = 120

/**
 * Lets workers call (or write to) their country's card number, each from a number of its own, over that country's carrier.
 * One SIPp for each country and language, all at once; calls are dealt out evenly among them.
 */
export async function runWorkers(load: Load): Promise<GroupResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-workers-'))
  try {
    const groups = deal(load.countries, load.calls)
    return await Promise.all(groups.map((group) => runGroup(load, group, folder)))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function deal(countries: DemoCountry[], calls: number): Group[] {
  // The first language of every country comes before the second of any.
  const most = Math.max(...countries.map(({ languages }) => languages.length))
  const pairs = Array.from({ length: most }).flatMap((_, index) =>
    countries.flatMap((country) => (country.languages[index] ? [{ country, language: country.languages[index] }] : [])),
  )
  // Where in the range is left to chance, so that the next run's workers are others.
  const start = randomInt(100_000)
  return pairs
    .map((pair, index) => ({
      ...pair,
      calls: Math.floor((calls + pairs.length - 1 - index) / pairs.length),
      firstIndex: start + index * Math.ceil(calls / pairs.length),
    }))
    .filter((group) => group.calls > 0)
}

async function runGroup(load: Load, group: Group, folder: string): Promise<GroupResult> {
  const { country, language } = group
  const result = await runSipp({
    scenario: load.scenario === 'texts' ? textScenario() : await scenarioOf(load, group, folder),
    from: country.carrier.host,
    target: load.target,
    dialled: country.cardDid,
    callers: callersOf(load.scenario, group),
    callsPerSecond: (load.callsPerSecond * group.calls) / load.calls,
    longestCallSeconds: LONGEST_CALL_SECONDS,
    ...(load.signal ? { signal: load.signal } : {}),
  })
  return { countryId: country.id, language, ...result }
}

async function scenarioOf({ scenario, lengths }: Load, { country, language }: Group, folder: string): Promise<string> {
  const speech = readWav(await messageWav(language))
  const speechFile = join(folder, `${country.id}-${language}.ulaw`)
  const silenceFile = join(folder, `${country.id}-${language}-silence.ulaw`)
  await writeFile(speechFile, encodeG711(speech, 'PCMU'))
  await writeFile(silenceFile, encodeG711(new Int16Array(SAMPLE_RATE), 'PCMU'))
  return callScenario(callOf(scenario), {
    speechFile,
    silenceFile,
    speechMs: (speech.length * 1000) / SAMPLE_RATE,
    languageKey: String(country.languages.indexOf(language) + 1),
    ...keyAndSpeech(lengths, country.languages, language),
  })
}

/** A number of their own for each. */
function callersOf(scenario: Scenario, { country, language, calls, firstIndex }: Group): string[][] {
  return Array.from({ length: calls }, (_, index) => [
    workerNumber(country, language, firstIndex + index, phoneOf(scenario)),
    // SIPp's separator must not be in it.
    messageText(language).replaceAll(';', ','),
  ])
}

function callOf(scenario: Scenario): CallScenario {
  return scenario === 'hang-up-early' || scenario === 'silent' || scenario === 'missed' || scenario === 'live' ? scenario : 'voicemail'
}

function phoneOf(scenario: Scenario): LineBehaviour {
  return scenario === 'busy' || scenario === 'no-answer' || scenario === 'rejects' || scenario === 'dead' ? scenario : 'answers'
}
