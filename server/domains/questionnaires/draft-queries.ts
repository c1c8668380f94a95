import type { Db, Tx } from '../../platform/db/db.ts'
import type { QuestionnaireBody } from './contract.ts'

export type DraftRow = {
  revision: number
  basedOnVersion: number
  body: QuestionnaireBody
  changedAt: Date
  changedBy: string | null
}

export async function findDraft(db: Db, questionnaireId: string): Promise<DraftRow | undefined> {
  const row = await db
    .selectFrom('questionnaireDraft as draft')
    .leftJoin('appUser', 'appUser.id', 'draft.changedByUserId')
    .select(['draft.revision', 'draft.basedOnVersion', 'draft.body', 'draft.changedAt', 'appUser.displayName as changedBy'])
    .where('questionnaireId', '=', questionnaireId)
    .executeTakeFirst()
  return row && { ...row, body: row.body as unknown as QuestionnaireBody }
}

export type DraftToSave = {
  questionnaireId: string
  revision: number
  basedOnVersion: number
  body: QuestionnaireBody
  changedByUserId: string
  changedAt: Date
}

/** Publishing must be locked. */
export async function upsertDraft(tx: Tx, draft: DraftToSave): Promise<void> {
  const row = { ...draft, body: JSON.stringify(draft.body) }
  const { revision, body, changedByUserId, changedAt } = row
  await tx
    .insertInto('questionnaireDraft')
    .values(row)
    .onConflict((conflict) => conflict.column('questionnaireId').doUpdateSet({ revision, body, changedByUserId, changedAt }))
    .execute()
}

export async function deleteDraft(tx: Tx, questionnaireId: string): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('questionnaireDraft').where('questionnaireId', '=', questionnaireId).executeTakeFirst()
  return numDeletedRows > 0n
}
