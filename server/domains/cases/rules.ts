import type { CaseCategory, Severity } from './contract.ts'

/** Categories that start critical whatever the agent chose. Source: docs/domain.md, case categories. */
const CRITICAL_BY_RULE: ReadonlySet<CaseCategory> = new Set<CaseCategory>(['child-labour', 'forced-labour', 'retaliation'])

/** The severity a case starts with: the agent's choice, raised to critical for the gravest categories. */
export function startingSeverity(category: CaseCategory, chosen: Severity): Severity {
  return CRITICAL_BY_RULE.has(category) ? 'critical' : chosen
}

export type CaseReader = { id: string; role: string; countryIds: readonly string[] }

/**
 * Whether this person may read a case. An agent reads only what they opened themselves; supervisors and case-handlers
 * read the cases of their countries; nobody else reads any.
 */
export function mayReadCase(reader: CaseReader, grievance: { countryId: string; openedByUserId: string }): boolean {
  if (!reader.countryIds.includes(grievance.countryId)) return false
  if (reader.role === 'agent') return grievance.openedByUserId === reader.id
  return reader.role === 'supervisor' || reader.role === 'case-handler'
}
