/** What came in and is our own check: known by a token that was given out once, never by who it seems to come from. */
import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { OwnTexts } from '../texts/ports.ts'
import type { LineKind } from './contract.ts'
import type { WatchdogDeps } from './deps.ts'
import { finishCheck } from './finishing.ts'
import * as queries from './queries.ts'
import { tokenIn } from './rules.ts'

export type CameIn = { token: string; countryId: string; kind: LineKind }

/** Whether these keys are a check's, of the number they came in on. Each token counts once. */
export async function recogniseCall({ db }: WatchdogDeps, { token, ...number }: CameIn): Promise<boolean> {
  return (await queries.takeToken(db, { token, kind: 'call', number })) !== undefined
}

/** For the texts that come in: a check's own ends the check, in the transaction that would else have kept a worker's text. */
export const ownTexts: OwnTexts = {
  async recognise(tx: Tx, words: string): Promise<string | undefined> {
    const token = tokenIn(words)
    if (token === undefined) return undefined
    const check = await queries.takeToken(tx, { token, kind: 'text' })
    // Carriers deliver twice now and then; what was ours the first time is no worker's the second.
    if (!check) return (await queries.findByToken(tx, token, 'text'))?.id
    const open = { ...check, kind: 'text', lineKind: check.lineKind as LineKind } as const
    await finishCheck(tx, open, { verdict: 'ok', heardLanguageCode: null, detail: null })
    return check.id
  },
}

/** Ends what nobody will tell the end of: texts that did not come, calls whose process died. */
export async function endExpired(db: Db): Promise<number> {
  return inTransaction(db, async (tx) => {
    const expired = await queries.lockExpired(tx)
    for (const row of expired) {
      const check = { ...row, kind: row.kind as 'call' | 'text', lineKind: row.lineKind as LineKind }
      const isText = check.kind === 'text'
      const detail = isText ? 'not back in time' : 'interrupted'
      await finishCheck(tx, check, { verdict: isText ? 'lost' : 'not-made', heardLanguageCode: null, detail })
    }
    return expired.length
  })
}
