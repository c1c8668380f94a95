/** A live look at a trunk: what its carrier answers now, what Asterisk thinks of it, and how the last calls fared. */
import { inTransaction } from '../../../platform/db/transaction.ts'
import { NotFound } from '../../../platform/errors.ts'
import type { Scope } from '../../../platform/http/policy.ts'
import { HOUR } from '../../../platform/time/duration.ts'
import { localDate } from '../../../platform/time/local.ts'
import { record } from '../../activity-log/service.ts'
import { findTrunk } from '../../countries/service.ts'
import * as attempts from '../calling/attempt-queries.ts'
import type { TrunkTest } from '../contract.ts'
import type { CallbackDeps } from '../deps.ts'
import type { TrunkTelephony } from '../ports.ts'
import { startOfDay } from '../planning/slot-rules.ts'
import { judgeTrunk } from './rules.ts'

/** Nobody is called. Takes as long as the carrier does, at most ten seconds or so. @throws NotFound also when it is not the reader's */
export async function testTrunk(
  deps: CallbackDeps & { trunkTelephony: TrunkTelephony },
  reader: Scope,
  trunkId: string,
): Promise<TrunkTest> {
  const trunk = await findTrunk(deps, trunkId)
  const isOwn = trunk && (reader.role === 'administrator' || reader.countryIds.includes(trunk.countryId))
  if (!trunk || !isOwn) throw new NotFound('trunk-not-found', 'This trunk does not exist, or is not yours.')
  const { ways, carrierHost: host, carrierPort: port, timeZone, pausedReason, caps } = trunk
  const login = ways.registration ?? null
  const report = await deps.trunkTelephony.askCarrier({ carrier: { host, port, transport: ways.transport }, login })
  const now = deps.clock.now()
  const dayStart = startOfDay(localDate(now, timeZone), timeZone)
  const [usage, lastRefused] = await Promise.all([
    attempts.trunkUsage(deps.db, trunkId, { now, hourAgo: new Date(now.getTime() - HOUR), dayStart }),
    attempts.findLastRefused(deps.db, trunkId),
  ])
  const asterisk = deps.trunkTelephony.trunkState(trunkId)
  const findings = judgeTrunk({
    report,
    asterisk,
    answersOptions: ways.answersOptions,
    pausedReason,
    lastRefused: lastRefused ?? null,
    usage,
    caps,
  })
  const troubles = findings.filter(({ verdict }) => verdict === 'trouble').map(({ code }) => code)
  await inTransaction(deps.db, (tx) =>
    record(tx, {
      actorUserId: reader.userId,
      action: 'trunk.tested',
      subjectKind: 'trunk',
      subjectId: trunkId,
      detail: { troubles: troubles.join(' ') },
    }),
  )
  return { trunkId, testedAt: now.toISOString(), isWell: troubles.length === 0, findings }
}
