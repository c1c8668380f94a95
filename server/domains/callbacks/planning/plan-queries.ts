/** Many callbacks at once: one statement for each thousand. */
import { sql } from 'kysely'
import { anyOf } from '../../../platform/db/any-of.ts'
import type { Db, Tx } from '../../../platform/db/db.ts'
import type { Outcome } from '../contract.ts'
import type { CallbackToInsert, Planned } from '../record-queries.ts'

/**
 * @property questionnaireId null: the standard one
 * @property closed planned and closed in one, with its named outcome
 */
export type CallbackToPlan = Omit<CallbackToInsert, 'questionnaireVersionId'> & {
  questionnaireId: string | null
  closed: { at: Date; reason: string; outcome: Outcome } | null
}
export type PlannedFor = Planned & { workerId: string }

const AT_ONCE = 1000

/** As `insertCallback`, many: those whose worker has an open callback already, or one from this audit, are left out. */
export async function insertCallbacks(tx: Tx, callbacks: readonly CallbackToPlan[]): Promise<PlannedFor[]> {
  const inserted: PlannedFor[] = []
  for (let from = 0; from < callbacks.length; from += AT_ONCE) {
    const rows = JSON.stringify(callbacks.slice(from, from + AT_ONCE).map(toRow))
    const { rows: made } = await sql<PlannedFor>`
      insert into callback (reason, status, worker_id, phone_number_id, country_id, language_code, time_zone, slot, due_at, expires_at,
        planned_note, held_reason, may_show_card_number, audit_id, questionnaire_id, closed_at, closed_reason,
        last_outcome)
      select reason, status, worker_id, phone_number_id, country_id, language_code, time_zone, slot, due_at, expires_at,
        planned_note, held_reason, may_show_card_number, audit_id, questionnaire_id, closed_at, closed_reason,
        last_outcome
      from jsonb_to_recordset(${rows}::jsonb) as planned (
        reason text, status text, worker_id uuid, phone_number_id uuid, country_id text, language_code text, time_zone text, slot jsonb,
        due_at timestamptz, expires_at timestamptz, planned_note text, held_reason text, may_show_card_number boolean, audit_id uuid,
        questionnaire_id uuid, closed_at timestamptz, closed_reason text, last_outcome text
      )
      on conflict do nothing
      returning id, reference, worker_id
    `.execute(tx)
    inserted.push(...made)
  }
  return inserted
}

/** The callbacks of this audit that these workers have. */
export function listOfAudit(db: Db, auditId: string, workerIds: readonly string[]): Promise<PlannedFor[]> {
  return db
    .selectFrom('callback')
    .select(['id', 'reference', 'workerId'])
    .where('auditId', '=', auditId)
    .where('workerId', '=', anyOf(workerIds))
    .execute()
}

function toRow({ closed, ...callback }: CallbackToPlan) {
  return {
    reason: callback.reason,
    status: closed ? 'closed' : 'waiting',
    worker_id: callback.workerId,
    phone_number_id: callback.phoneNumberId,
    country_id: callback.countryId,
    language_code: callback.languageCode,
    time_zone: callback.timeZone,
    slot: callback.slot,
    due_at: callback.dueAt,
    expires_at: callback.expiresAt,
    planned_note: callback.plannedNote,
    held_reason: callback.heldReason,
    may_show_card_number: callback.mayShowCardNumber,
    audit_id: callback.auditId,
    questionnaire_id: callback.questionnaireId,
    closed_at: closed?.at ?? null,
    closed_reason: closed?.reason ?? null,
    last_outcome: closed?.outcome ?? null,
  }
}
