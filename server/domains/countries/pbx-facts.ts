/** What Asterisk's configuration is made from, and whether Asterisk has heard of the latest change. */
import { createHash } from 'node:crypto'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import * as carrierQueries from './carrier-queries.ts'
import { type CarrierDeps, listTrunkFacts, type TrunkFacts } from './carriers.ts'
import * as queries from './queries.ts'
import * as trunkQueries from './trunk-queries.ts'

/** `allowedPrefixes`: beginnings of the numbers a trunk may dial. */
export type PbxFacts = {
  trunks: TrunkFacts[]
  lines: { did: string; countryId: string; trunkId: string; kind: 'card' | 'callback'; languages: string[] }[]
}

export async function listPbxFacts(deps: CarrierDeps): Promise<PbxFacts> {
  const [trunks, lines] = await Promise.all([listTrunkFacts(deps), queries.listLines(deps.db)])
  return {
    trunks,
    lines: lines.map(({ did, countryId, trunkId, kind, fixedLanguageCode, languageCodes }) => ({
      did,
      countryId,
      trunkId,
      kind: kind as 'card' | 'callback',
      languages: fixedLanguageCode === null ? languageCodes : [fixedLanguageCode],
    })),
  }
}

/** A short name for all that Asterisk is told of a trunk, by trunk: another one when any of it changes. */
export async function fingerprintTrunks(db: Db): Promise<Map<string, string>> {
  const [trunks, lines] = await Promise.all([carrierQueries.listCarriers(db), queries.listLines(db)])
  return new Map(
    // Caps are the service's own: Asterisk is told of the longest call alone.
    trunks.map(({ loginPasswordSealed: _, maxChannels: _channels, maxCallsPerHour: _calls, maxMinutesPerDay: _minutes, ...trunk }) => {
      const own = lines.filter(({ countryId }) => countryId === trunk.countryId)
      // A new password is a new key: the sealed bytes add nothing.
      const told = own.map(({ did, kind, fixedLanguageCode, languageCodes }) => ({ did, kind, fixedLanguageCode, languageCodes }))
      return [
        trunk.id,
        createHash('sha256')
          .update(JSON.stringify([trunk, told]))
          .digest('base64url')
          .slice(0, 22),
      ]
    }),
  )
}

/** For whoever writes Asterisk's configuration: it holds everything as it is now. */
export async function markTold(db: Db, at: Date): Promise<void> {
  const fingerprints = await fingerprintTrunks(db)
  await inTransaction(db, async (tx) => {
    for (const [trunkId, fingerprint] of fingerprints) await trunkQueries.setTold(tx, trunkId, { fingerprint, at })
    await trunkQueries.forgetRemoved(tx)
  })
}
