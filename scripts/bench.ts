/** `npm run bench -- NAME`: one measurement; its last line is JSON. `npm run bench` alone lists the names. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Bench } from './bench/bench.ts'
import { SetupProblem } from './lib/setup-problem.ts'
import { announce, report } from './lib/steps.ts'

const FOLDER = join(import.meta.dirname, '..', 'test', 'bench')

const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort())

try {
  const [name, ...parts] = process.argv.slice(2)
  process.exitCode = name === undefined ? await list() : await measure(name, parts)
} catch (error) {
  process.exitCode = report(error)
}

async function names(): Promise<string[]> {
  const files = await readdir(FOLDER)
  return files.filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -'.ts'.length))
}

async function list(): Promise<number> {
  for (const name of (await names()).sort()) console.log(`${name.padEnd(20)} ${(await load(name)).summary}`)
  return 0
}

async function measure(name: string, parts: readonly string[]): Promise<number> {
  const known = await names()
  if (!known.includes(name)) throw new SetupProblem(`There is no measurement ${name}; there are ${known.join(', ')}.`)
  const result = await (await load(name)).run(announce, stopping.signal, parts)
  console.log(JSON.stringify({ name, ...result }))
  return 0
}

async function load(name: string): Promise<Bench> {
  const module = (await import(pathToFileURL(join(FOLDER, `${name}.ts`)).href)) as { bench: Bench }
  return module.bench
}
