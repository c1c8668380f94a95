/** What counts as having reached a worker, the same for a visit's coverage and for the dashboard. */
import { sql } from 'kysely'

/**
 * Of the row `callback` of the query around it: a conversation took place, whatever the tries after it came to. Never null.
 * @param until one that was over by then; null: at any time
 */
export const wasReached = (until: Date | null = null) =>
  sql<boolean>`((${until}::timestamptz is null and coalesce(callback.last_outcome, '') in ('complete', 'partial')) or exists (
    select from attempt
    where attempt.callback_id = callback.id and attempt.outcome in ('complete', 'partial')
      and (${until}::timestamptz is null or attempt.ended_at < ${until})
  ))`
