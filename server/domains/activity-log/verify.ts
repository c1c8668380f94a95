import type { Db } from '../../platform/db/db.ts'
import * as queries from './queries.ts'
import { chainChecker, type ChainFault, type Head, type Mac } from './rules.ts'

export type ChainReport =
  { isWhole: true; links: number } | { isWhole: false; fault: ChainFault } | { isWhole: false; fault: { kind: 'unchained'; rows: number } }

const PAGE = 1000

/**
 * Reads the whole log and says whether it is what was written: no row edited, deleted, inserted, reordered, no tail cut off.
 * @param heads ends of the chain noted outside the database
 */
export async function verifyChain(db: Db, mac: Mac, heads: readonly Head[]): Promise<ChainReport> {
  const checker = chainChecker(mac, heads)
  for (;;) {
    const links = await queries.listLinks(db, checker.position, PAGE)
    for (const link of links) {
      const fault = checker.check(link)
      if (fault) return { isWhole: false, fault }
    }
    if (!links.length) break
  }
  const fault = checker.end()
  if (fault) return { isWhole: false, fault }
  const rows = await queries.countUnchained(db)
  if (rows) return { isWhole: false, fault: { kind: 'unchained', rows } }
  return { isWhole: true, links: checker.position }
}
