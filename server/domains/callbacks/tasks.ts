import type { Log } from '../../platform/log.ts'
import { recoverHolds } from '../agents/service.ts'
import type { CallbackDeps } from './deps.ts'
import { watchUnserved } from './unserved/unserved.ts'
import { forgetOldOffers } from './dispatching/offer-queries.ts'
import { watchCoverage } from './planning/feasibility.ts'
import { closeOverdue, recoverLeases } from './calling/recovery.ts'

/** What the heartbeat does for callbacks each minute, by name. */
export function callbackTasks(deps: CallbackDeps & { log: Log }): [name: string, job: () => Promise<void>][] {
  return [
    ['watch for languages without an agent', () => watchUnserved(deps)],
    ['forget old offers', () => forgetOldOffers(deps.db)],
    ['watch for callbacks nobody could take', () => watchCoverage(deps)],
    ['recover holds of agents', () => recoverHolds(deps)],
    [
      'recover callback leases',
      async () => {
        const { released, unknown } = await recoverLeases(deps)
        if (released + unknown) deps.log.warn({ released, unknown }, 'callbacks whose lease ran out')
      },
    ],
    [
      'close overdue callbacks',
      async () => {
        const closed = await closeOverdue(deps)
        if (closed) deps.log.info({ closed }, 'callbacks whose last day passed')
      },
    ],
  ]
}
