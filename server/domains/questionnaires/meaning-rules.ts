/**
 * What a choice may mean beyond the next question. Outcomes and categories belong to domains above this one, so their names are
 * repeated here; a test compares them.
 */
/** Outcomes that an agent can name. */
export const ENDINGS: readonly string[] = [
  'complete',
  'partial',
  'machine',
  'someone-else',
  'not-safe-now',
  'reschedule',
  'language-mismatch',
  'refused',
]

/** Categories of cases. */
export const CATEGORIES: readonly string[] = [
  'forced-labour',
  'child-labour',
  'freedom-of-association',
  'discrimination',
  'harassment-and-abuse',
  'wages-and-benefits',
  'working-hours',
  'health-and-safety',
  'living-conditions',
  'recruitment-fees',
  'discipline-and-dismissal',
  'retaliation',
  'audit-integrity',
  'other',
]
