/**
 * What a choice may mean beyond the next question. Outcomes and categories belong to domains above this one, so their names are
 * repeated here; a test compares them.
 */
import type { QuestionOption } from './contract.ts'

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

/** What is wrong with the meaning of a choice, as sentences. */
export function meaningProblems(questionId: string, { id, endsWith, suggestsCategory }: QuestionOption): string[] {
  const problems: string[] = []
  const choice = `Choice "${id}" of "${questionId}"`
  if (endsWith !== undefined && !ENDINGS.includes(endsWith))
    problems.push(`${choice} ends with "${endsWith}", which is no outcome: ${ENDINGS.join(', ')}.`)
  if (suggestsCategory !== undefined && !CATEGORIES.includes(suggestsCategory))
    problems.push(`${choice} suggests "${suggestsCategory}", which is no category: ${CATEGORIES.join(', ')}.`)
  return problems
}
