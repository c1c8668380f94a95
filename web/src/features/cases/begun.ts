import type { OpenCase } from '../../api/cases.ts'

/** Keys of a case that is being written, followed by the id of what it is opened from: see ui/begun.svelte.ts. */
export const BEGUN_CASES = 'case of callback '
export const BEGUN_OF_MESSAGE = 'case of message '

export type BegunCase = Pick<OpenCase, 'severity' | 'workerWish' | 'summary'> & {
  category?: OpenCase['category']
  peopleAffected: number | null
}

/** What was kept of it; a new one begins with these. @param text as it was kept; '' when nothing was */
export function begunCase(text: string): BegunCase {
  const begun: BegunCase = { severity: 'medium', workerWish: 'confidential', peopleAffected: null, summary: '' }
  return text ? { ...begun, ...(JSON.parse(text) as BegunCase) } : begun
}
