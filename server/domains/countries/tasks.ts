import type { Db } from '../../platform/db/db.ts'
import type { Log } from '../../platform/log.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { keepCalendarsAhead } from './holidays.ts'
import { joinMarks } from './mark-queries.ts'

/** What the heartbeat does for countries each minute, by name. */
export function countryTasks(deps: { db: Db; clock: Clock; log: Log }): [name: string, job: () => Promise<void>][] {
  return [
    ['join marks of country changes', () => joinMarks(deps.db)],
    [
      'keep calendars of holidays ahead',
      async () => {
        const countries = await keepCalendarsAhead(deps)
        if (countries.length) deps.log.info({ countries }, 'public holidays worked out for another year')
      },
    ],
  ]
}
