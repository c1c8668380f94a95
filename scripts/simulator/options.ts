import { parseArgs } from 'node:util'
import { SetupProblem } from '../lib/setup-problem.ts'
import { SCENARIOS, type Scenario } from './workers.ts'

export type Options = {
  calls: number
  callsPerSecond: number
  scenario: Scenario
  /** Empty: all of the demo. */
  countryIds: string[]
  /** Also start carriers, or agents' phones, in this process; without calls they stay until Ctrl-C. */
  carriers: boolean
  agents: boolean
}

/** More would measure this machine, not the product: SIPp and Asterisk share its processors. */
export const HIGHEST_RATE = 40

export const USAGE = `npm run simulate -- [options]      real SIP calls by workers against the running product

  --calls N        how many calls (default 5, or what --seconds asks for)
  --rate N         calls a second over all countries, up to ${HIGHEST_RATE} (default 1)
  --seconds N      go on calling for so long
  --scenario NAME  what the workers do (default voicemail):
                     voicemail      press their language's key, leave a message, end it with #
                     hang-up-early  hang up in the middle of their message
                     silent         press the key and say nothing
                     missed         hang up as soon as they hear something
                     live           talk to an agent: the demo's agents are set free first, and name each outcome
                     busy, no-answer, rejects, dead
                                    leave a message; that is what a callback will meet
                     texts          write instead of calling: a SIP MESSAGE each
  --country BD     only this country; may be given several times
  --agents         register the demo agents' phones here, too (npm start has done so)
  --carriers       start the carriers here, too (npm start has done so); with --calls 0 they stay until Ctrl-C
`

/** @throws SetupProblem with a sentence for the person who typed it */
export function readOptions(args: string[]): Options {
  const { values } = parse(args)
  const callsPerSecond = positive('--rate', values.rate, 1)
  if (callsPerSecond > HIGHEST_RATE) throw new SetupProblem(`--rate may be at most ${HIGHEST_RATE} calls a second.`)
  const seconds = values.seconds === undefined ? undefined : positive('--seconds', values.seconds, 0)
  // Its name before there was more than one text a worker could send.
  const wanted = values.scenario === 'text' ? 'texts' : values.scenario
  const scenario = SCENARIOS.find((each) => each === wanted)
  if (!scenario) throw new SetupProblem(`--scenario is one of ${SCENARIOS.join(', ')}.`)
  return {
    calls: wholeNumber('--calls', values.calls, seconds === undefined ? 5 : Math.ceil(seconds * callsPerSecond)),
    callsPerSecond,
    scenario,
    countryIds: values.country.map((id) => id.toUpperCase()),
    carriers: values.carriers,
    agents: values.agents,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        calls: { type: 'string' },
        rate: { type: 'string' },
        seconds: { type: 'string' },
        scenario: { type: 'string', default: 'voicemail' },
        country: { type: 'string', multiple: true, default: [] },
        carriers: { type: 'boolean', default: false },
        agents: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new SetupProblem(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  }
}

function positive(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (!(value > 0)) throw new SetupProblem(`${name} must be a number above 0.`)
  return value
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  const value = text === undefined ? fallback : Number(text)
  if (!Number.isInteger(value) || value < 0) throw new SetupProblem(`${name} must be a whole number.`)
  return value
}
