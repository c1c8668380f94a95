/** The cards of a visit: which can be printed, and which were handed out. */
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { record } from '../activity-log/service.ts'
import { findVisitSite, type VisitSite } from '../audits/service.ts'
import { findCountry, loadLineFacts } from '../countries/service.ts'
import type { CardSet, IssueCards } from './contract.ts'
import * as queries from './queries.ts'
import { cardWords, nationalNumber } from './rules.ts'

export type CardDeps = { db: Db; clock: Clock }

/**
 * What can be printed for a visit, the factory's languages first, and what was issued.
 * @throws AuditNotFound also when it is not the reader's
 */
export async function getCards({ db }: Pick<CardDeps, 'db'>, reader: Scope, auditId: string): Promise<CardSet> {
  const site = await findVisitSite(db, reader, auditId)
  const { did, languages, answeringMode } = await cardLine(db, site)
  const cards = languages.map(({ code, ownName, direction, isTallScript }) => ({
    ...{ languageCode: code, ownName, direction, isTallScript },
    isOfFactory: site.languageCodes.includes(code),
    words: cardWords(code, answeringMode),
  }))
  return {
    auditId,
    factoryName: site.factoryName,
    countryId: site.countryId,
    timeZone: site.timeZone,
    did,
    nationalNumber: nationalNumber(did),
    cards: [...cards.filter(({ isOfFactory }) => isOfFactory), ...cards.filter(({ isOfFactory }) => !isOfFactory)],
    unservedLanguageCodes: site.languageCodes.filter((code) => !languages.some((language) => language.code === code)),
    batches: (await queries.listBatches(db, auditId)).map((batch) => ({ ...batch, issuedAt: batch.issuedAt.toISOString() })),
  }
}

/** Cards were handed out at a visit, open or closed. @throws AuditNotFound, Unprocessable for a language without a card */
export async function issueCards(deps: CardDeps, actor: Scope, auditId: string, { languageCode, cards }: IssueCards): Promise<CardSet> {
  await inTransaction(deps.db, async (tx) => {
    const { did, languages, answeringMode } = await cardLine(tx, await findVisitSite(tx, actor, auditId))
    if (!languages.some(({ code }) => code === languageCode))
      throw new Unprocessable('language-not-served', 'The number on the card is not answered in this language: choose another.')
    if (!cardWords(languageCode, answeringMode))
      throw new Unprocessable('no-card', 'Nobody has written a card in this language yet: choose another.')
    const issuedAt = deps.clock.now()
    const batchId = await queries.insertBatch(tx, { auditId, languageCode, cards, did, issuedBy: actor.userId, issuedAt })
    const detail = { batchId, languageCode, cards }
    await record(tx, { actorUserId: actor.userId, action: 'cards.issued', subjectKind: 'audit', subjectId: auditId, detail })
  })
  return getCards(deps, actor, auditId)
}

/** A batch was recorded by mistake. @throws AuditNotFound, NotFound */
export async function withdrawBatch(deps: CardDeps, actor: Scope, auditId: string, batchId: string): Promise<CardSet> {
  await inTransaction(deps.db, async (tx) => {
    await findVisitSite(tx, actor, auditId)
    if (!(await queries.withdrawBatch(tx, { auditId, batchId, now: deps.clock.now() })))
      throw new NotFound('batch-not-found', 'These cards are not on the list any more.')
    const detail = { batchId }
    await record(tx, { actorUserId: actor.userId, action: 'cards.withdrawn', subjectKind: 'audit', subjectId: auditId, detail })
  })
  return getCards(deps, actor, auditId)
}

/** The number that is printed, and what its callers meet. */
async function cardLine(db: Db, { countryId }: VisitSite) {
  const country = await findCountry({ db }, countryId)
  if (!country) throw new NotFound('country-not-found', 'This country is not set up.')
  const line = (await loadLineFacts({ db })).get(country.cardDid)
  // A number that answers in one language alone has cards in no other.
  const fixed = line?.fixedLanguageCode ?? null
  const languages = country.languages.filter(({ code }) => fixed === null || code === fixed)
  return { did: country.cardDid, languages, answeringMode: line?.answeringMode ?? 'answer' }
}
