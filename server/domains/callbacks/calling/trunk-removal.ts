import { inTransaction } from '../../../platform/db/transaction.ts'
import type { Scope } from '../../../platform/http/policy.ts'
import { hasOpenCall } from '../../calls/service.ts'
import { removeTrunk as remove } from '../../countries/service.ts'
import type { CallbackDeps } from '../deps.ts'
import * as attempts from './attempt-queries.ts'

/** A trunk over which nobody talks or is rung is given up. @throws TrunkNotFound, Refused for a country's last, or one in use */
export async function removeTrunk(deps: CallbackDeps, { actor, trunkId }: { actor: Scope; trunkId: string }): Promise<void> {
  await inTransaction(deps.db, (tx) =>
    remove(deps, tx, {
      ...{ actor, trunkId, now: deps.clock.now() },
      isInUse: async () => (await attempts.hasOpenAttempt(tx, trunkId)) || (await hasOpenCall(tx, trunkId)),
    }),
  )
}
