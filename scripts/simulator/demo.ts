import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SetupProblem } from '../lib/setup-problem.ts'

/** What the simulator reads of demo.json, which every demo start writes into the data folder. */
export type Demo = {
  consoleUrl: string
  sip: { host: string; port: number }
  users: { role: string; email: string; password: string; agentSipUser?: string }[]
  countries: DemoCountry[]
  agents: DemoAgent[]
}

export type DemoCountry = {
  /** ISO 3166, e.g. 'BD'. */
  id: string
  name: string
  /** In the order of the telephone menu: the first is key 1. */
  languages: string[]
  /** E.164, as the carrier sends it. */
  cardDid: string
  /** E.164; what workers see when they are called. */
  callbackDid: string
  /** Where this country's carrier sends from, and takes calls for its numbers. */
  carrier: { host: string; port: number }
}

export type DemoAgent = {
  sipUser: string
  password: string
  /** 'host:port'. */
  registrar: string
  languages: string[]
  countries?: string[]
}

/**
 * demo.json of a product that has been started with the demo programme.
 * @throws SetupProblem when there is none
 */
export async function readDemo(dataFolder: string): Promise<Demo> {
  const path = join(dataFolder, 'demo.json')
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Demo
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new SetupProblem(`${path} is not there: start the product first (npm start), or set RINGBACK_DATA to its data folder.`)
  }
}
