/** The case-handler's year: every case is reviewed, some are violations, and the client decides on those. */
import type { CasePage } from '../../../server/domains/cases/contract.ts'
import type { Desk } from './desk.ts'
import type { YearSize } from './plan.ts'
import { inTurns } from './people.ts'

/** @param today the product's calendar day @returns how many findings of each kind were named */
export async function reviewCases(
  handler: Desk,
  { violations }: Pick<YearSize, 'violations'>,
  today: string,
): Promise<Record<string, number>> {
  const ids: string[] = []
  for (let after = ''; ;) {
    const page = await handler.get<CasePage>(`/api/cases?limit=200${after}`)
    ids.push(...page.items.map(({ id }) => id))
    if (page.next === null) break
    after = `&after=${encodeURIComponent(page.next)}`
  }
  const named: Record<string, number> = {}
  await inTurns(ids, async (id, index) => {
    const finding = index < violations ? 'violation' : index % 2 ? 'substantiated' : 'not-substantiated'
    await handler.send('POST', `/api/cases/${id}/finding`, { finding, reason: 'Compared with the records of the visit.' })
    named[finding] = (named[finding] ?? 0) + 1
    if (finding !== 'violation') return
    const decision = index < 2 ? 'work-ended' : 'remedy-agreed'
    await handler.send('PUT', `/api/cases/${id}/client-decision`, { decision, decidedOn: today, note: 'Told by the client in writing.' })
  })
  return named
}
