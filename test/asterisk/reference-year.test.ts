import { expect, test } from 'vitest'
import { runYear } from '../helpers/reference-year/year.ts'

const PART = { callbacks: 300, audits: 10, grievances: 12, violations: 5, underAge: 3, visitDays: 1, agents: 20 }

test(
  'a part of the year, 300 callbacks in five countries: nobody lost, nobody rung twice or outside their hours, and the dashboard counts what was put in',
  { timeout: 300_000 },
  async () => {
    const year = await runYear({ size: PART, postgres: 'shared' })
    expect(year.ends).toEqual({ lost: 0, neverRung: 0, miscounted: 0, held: 0, open: 0 })
    expect(year.wrongs).toEqual({ doubled: 0, 'outside-slot': 0, 'too-soon': 0, 'nobody-we-know': 0 })
    expect(year.shown).toEqual(year.expected)
    expect(year.shownToClient).toEqual(year.expected)
    const { callbacks, audits: factories, grievances, violations, underAge } = PART
    expect(year.shown).toMatchObject({ callbacks, factories, grievances, violations, underAge })
    expect(year.shown.workersReached).toBeGreaterThan(250)
  },
)
