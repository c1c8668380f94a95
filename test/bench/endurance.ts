import { loadavg } from 'node:os'
import type { Bench } from '../../scripts/bench/bench.ts'
import { SetupProblem } from '../../scripts/lib/setup-problem.ts'
import { asteriskAway } from './endurance/asterisk-away.ts'
import { killedService } from './endurance/killed-service.ts'
import type { Part } from './endurance/part.ts'
import { spray, storm } from './endurance/strangers.ts'

const PARTS: Record<string, Part> = { killed: killedService, away: asteriskAway, storm, spray }
/** What the tests shorten. A shorter look at the same is asked for with RINGBACK_ENDURANCE_SECONDS. */
const SECONDS = 600

/** What only time or numbers show: a hundred live calls through a `kill -9`, and ten minutes of what tests do for seconds. */
export const bench: Bench = {
  summary: `killed during 100 live calls; Asterisk away, strangers storming and spraying for ten minutes each (${Object.keys(PARTS).join(', ')})`,
  async run(log, signal, wanted) {
    const unknown = wanted.filter((name) => !(name in PARTS))
    if (unknown.length) throw new SetupProblem(`There is no part ${unknown.join(', ')}; there are ${Object.keys(PARTS).join(', ')}.`)
    const seconds = Number(process.env['RINGBACK_ENDURANCE_SECONDS'] ?? SECONDS)
    const figures: Record<string, number> = { loadAverageBefore: loadavg()[0] ?? 0 }
    let holds = true
    for (const name of wanted.length ? wanted : Object.keys(PARTS)) {
      log(`part ${name}`)
      const result = await PARTS[name]!(log, { seconds, signal })
      Object.assign(figures, result.figures)
      log(`part ${name} ${result.holds ? 'holds' : 'DOES NOT HOLD'}: ${JSON.stringify(result.figures)}`)
      holds &&= result.holds
    }
    figures['loadAverageAfter'] = loadavg()[0] ?? 0
    const goal =
      'no leg lost, each message whole and once, each call taken up within 3 s of the new process; back within 10 s; strangers get nothing and harm nobody'
    return { figures, ratio: null, goal, holds }
  },
}
