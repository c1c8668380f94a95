/** The next version of a questionnaire while it is being written: nobody is asked with it before it is published. */
import type { Db, Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { NotFound, Refused } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { record } from '../activity-log/service.ts'
import type { QuestionnaireDraft, QuestionnaireHistory, QuestionnaireVersionView, QuestionnaireView, SaveDraft } from './contract.ts'
import * as drafts from './draft-queries.ts'
import { questionnaireProblems } from './problem-rules.ts'
import * as queries from './queries.ts'
import { completeLanguages, withoutBlanks } from './rules.ts'
import { addVersion, assertFit } from './service.ts'

type DraftDeps = { db: Db; clock: Clock }

/** Its published versions, newest first, and whether a next one is being written. @throws NotFound */
export async function getHistory({ db }: Pick<DraftDeps, 'db'>, id: string): Promise<QuestionnaireHistory> {
  const questionnaire = await getQuestionnaire(db, id)
  const versions = (await queries.listVersions(db, id)).map(({ version, publishedAt, body }) => ({
    version,
    publishedAt: publishedAt.toISOString(),
    languages: completeLanguages(body),
  }))
  const found = await drafts.findDraft(db, id)
  const draft = found ? { revision: found.revision, changedAt: found.changedAt.toISOString(), changedBy: found.changedBy } : null
  return { ...questionnaire, versions, draft }
}

/** One published version, whole. @throws NotFound */
export async function getPublishedVersion({ db }: Pick<DraftDeps, 'db'>, id: string, version: number): Promise<QuestionnaireVersionView> {
  const found = (await queries.listVersions(db, id)).find((candidate) => candidate.version === version)
  if (!found) throw new NotFound('questionnaire-not-found', 'This questionnaire version does not exist.')
  return { id: found.id, name: found.name, version, body: found.body }
}

/** @throws NotFound when none is being written */
export async function getDraft({ db }: Pick<DraftDeps, 'db'>, id: string): Promise<QuestionnaireDraft> {
  const { changedBy: _, changedAt, ...draft } = await findDraftOrThrow(db, id)
  return {
    ...draft,
    changedAt: changedAt.toISOString(),
    languages: completeLanguages(draft.body),
    problems: questionnaireProblems(draft.body),
  }
}

/**
 * Keeps what was written, finished or not.
 * @throws NotFound, Refused when somebody else has saved or published since it was read
 */
export function saveDraft(deps: DraftDeps, actor: Scope, id: string, { revision, body }: SaveDraft): Promise<QuestionnaireDraft> {
  return inTransaction(deps.db, async (tx) => {
    await queries.lockPublishing(tx)
    await getQuestionnaire(tx, id)
    const found = await drafts.findDraft(tx, id)
    if ((found?.revision ?? 0) !== revision) throw new DraftMoved()
    const basedOnVersion = found?.basedOnVersion ?? (await newestVersion(tx, id))
    await drafts.upsertDraft(tx, {
      questionnaireId: id,
      revision: revision + 1,
      basedOnVersion,
      body: withoutBlanks(body),
      changedByUserId: actor.userId,
      changedAt: deps.clock.now(),
    })
    await recordDraft(tx, actor, 'questionnaire.draft-saved', id, { revision: revision + 1 })
    return getDraft({ db: tx }, id)
  })
}

/** @throws NotFound */
export async function discardDraft({ db }: Pick<DraftDeps, 'db'>, actor: Scope, id: string): Promise<void> {
  await inTransaction(db, async (tx) => {
    await queries.lockPublishing(tx)
    if (!(await drafts.deleteDraft(tx, id))) throw new DraftNotFound()
    await recordDraft(tx, actor, 'questionnaire.draft-discarded', id, {})
  })
}

/**
 * Makes the draft the newest version: who is called for the first time from now on is asked with it.
 * @throws NotFound, Unprocessable naming everything that is wrong with it, Refused when it has moved on since it was read
 */
export function publishDraft(deps: DraftDeps, actor: Scope, id: string, revision: number): Promise<QuestionnaireView> {
  return inTransaction(deps.db, async (tx) => {
    await queries.lockPublishing(tx)
    const questionnaire = await getQuestionnaire(tx, id)
    const draft = await findDraftOrThrow(tx, id)
    if (draft.revision !== revision) throw new DraftMoved()
    if (draft.basedOnVersion !== (await newestVersion(tx, id)))
      throw new Refused(
        'questionnaire-moved-on',
        'Another version was published since this draft was begun. Nothing was published: discard the draft and begin it anew from that version.',
      )
    assertFit(draft.body)
    await drafts.deleteDraft(tx, id)
    return addVersion(deps, tx, actor, questionnaire, draft.body)
  })
}

class DraftNotFound extends NotFound {
  constructor() {
    super('draft-not-found', 'There is no draft of this questionnaire.')
  }
}

class DraftMoved extends Refused {
  constructor() {
    super('draft-changed', 'Somebody else has changed this draft since you read it. Nothing was overwritten: load it again.')
  }
}

async function getQuestionnaire(db: Db, id: string) {
  const questionnaire = await queries.findQuestionnaire(db, id)
  if (!questionnaire) throw new NotFound('questionnaire-not-found', 'This questionnaire does not exist.')
  return questionnaire
}

async function findDraftOrThrow(db: Db, id: string): Promise<drafts.DraftRow> {
  const draft = await drafts.findDraft(db, id)
  if (!draft) throw new DraftNotFound()
  return draft
}

/** Of a questionnaire that exists: every one has a published version. */
async function newestVersion(tx: Tx, id: string): Promise<number> {
  return (await queries.findNewestPublished(tx, id))!.version
}

type DraftAction = 'questionnaire.draft-saved' | 'questionnaire.draft-discarded'
function recordDraft(tx: Tx, actor: Scope, action: DraftAction, subjectId: string, detail: { revision?: number }): Promise<void> {
  return record(tx, { actorUserId: actor.userId, action, subjectKind: 'questionnaire', subjectId, detail })
}
