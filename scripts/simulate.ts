/**
 * `npm run simulate -- …`: real SIP peers against a running product. Workers call or write over their country's carrier; at
 * the end the product is asked what it kept. Exit code 0: every call was answered and every message kept once.
 */
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { announce, report, tell as say } from './lib/steps.ts'
import { SetupProblem } from './lib/setup-problem.ts'
import { ensureCommands, START_TOOLS } from './setup/apt-packages.ts'
import { startAgents } from './simulator/agents.ts'
import { startCarriers } from './simulator/carriers.ts'
import { readDemo, type Demo } from './simulator/demo.ts'
import { readOptions, USAGE, type Options } from './simulator/options.ts'
import { compare, ProductRefused, signIn } from './simulator/product.ts'
import { putAgentsToWork } from './simulator/live-agents.ts'
import { readPromptLengths } from './simulator/prompt-lengths.ts'
import { expectation, isClean, tell } from './simulator/report.ts'
import { runWorkers } from './simulator/workers.ts'

const dataFolder = resolve(join(import.meta.dirname, '..'), process.env.RINGBACK_DATA?.trim() || 'var')
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())

try {
  if (process.argv.includes('--help')) console.log(USAGE)
  else process.exitCode = (await simulate(readOptions(process.argv.slice(2)))) ? 0 : 1
} catch (error) {
  process.exitCode = report(error)
}

async function simulate(options: Options): Promise<boolean> {
  const demo = await readDemo(dataFolder)
  const peers = await startPeers(demo, options)
  try {
    if (options.calls > 0) return await callIn(demo, options)
    if (peers.length > 0 && !stopping.signal.aborted) await once(stopping.signal, 'abort')
    return true
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()))
  }
}

async function startPeers(demo: Demo, { carriers, agents }: Options): Promise<{ stop(): Promise<void> }[]> {
  const peers = []
  if (carriers) peers.push(await startCarriers({ demo, log: say, agents: false }))
  if (agents) peers.push(await startAgents({ agents: demo.agents, log: say }))
  return peers
}

async function callIn(demo: Demo, options: Options): Promise<boolean> {
  const { scenario, calls, callsPerSecond } = options
  const countries = chosen(demo, options)
  await ensureCommands(START_TOOLS, { log: announce, signal: stopping.signal })
  const product = await ask(() => signIn(demo))
  const before = product && (await ask(() => product.holdings()))
  say(`${calls} calls (${scenario}), ${callsPerSecond} a second, to ${countries.map(({ id }) => id).join(', ')}`)
  const lengths = await readPromptLengths(dataFolder)
  const load = { scenario, calls, callsPerSecond, countries, target: demo.sip, lengths, signal: stopping.signal }
  const agents = scenario === 'live' ? await putAgentsToWork(demo, countries) : undefined
  const results = await runWorkers(load).finally(() => agents?.stop())
  const { expected: left, reason } = expectation(scenario, results)
  const talked = agents?.conversations() ?? 0
  if (agents) say(`${talked} talked to an agent`)
  const expected = Math.max(0, left - talked)
  const kept = product && before && (await ask(() => compare(product, before, expected, reason)))
  console.log(tell(results, kept))
  return isClean(results, kept)
}

function chosen(demo: Demo, { countryIds }: Options): Demo['countries'] {
  if (countryIds.length === 0) return demo.countries
  const unknown = countryIds.filter((id) => !demo.countries.some((country) => country.id === id))
  if (unknown.length > 0)
    throw new SetupProblem(`The demo has no country ${unknown.join(', ')}: it has ${demo.countries.map(({ id }) => id).join(', ')}.`)
  return demo.countries.filter(({ id }) => countryIds.includes(id))
}

/** A product that cannot be asked is said so; the calls are made and counted all the same. */
async function ask<T>(question: () => Promise<T>): Promise<T | undefined> {
  try {
    return await question()
  } catch (error) {
    // fetch throws a TypeError when nothing answers.
    if (!(error instanceof ProductRefused) && !(error instanceof TypeError)) throw error
    say(`the product could not be asked what it kept: ${error.message}`)
    return undefined
  }
}
