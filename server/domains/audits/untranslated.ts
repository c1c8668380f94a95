/** Where the questions of a client's questionnaire are not all there in a language that is spoken. */
import type { Db } from '../../platform/db/db.ts'
import { listQuestionnaires } from '../questionnaires/service.ts'
import type { Feasibility, SpokenLanguages } from './contract.ts'
import * as queries from './queries.ts'

/** Languages of these workers in which an agent would read English and translate. @param questionnaireId null: the standard one */
export async function untranslatedOf(
  deps: { db: Db },
  questionnaireId: string | null,
  asked: readonly { languageCode: string; count: number }[],
): Promise<Feasibility['untranslated']> {
  const all = await listQuestionnaires(deps)
  const theirs = all.find(({ id, isStandard }) => (questionnaireId === null ? isStandard : id === questionnaireId))
  if (!theirs) return []
  const wanted = new Map<string, number>()
  for (const { languageCode, count } of asked) {
    if (!theirs.languages.includes(languageCode)) wanted.set(languageCode, (wanted.get(languageCode) ?? 0) + count)
  }
  return [...wanted].map(([languageCode, n]) => ({ languageCode, wanted: n }))
}

/** What the workers of each questionnaire's clients speak, by their factories. */
export async function listSpoken({ db }: { db: Db }): Promise<SpokenLanguages> {
  return { spoken: await queries.listSpoken(db) }
}
