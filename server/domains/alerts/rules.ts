import type { Scope } from '../../platform/http/policy.ts'
import type { AlertSeverity } from './contract.ts'

/** What decides over an open alert. */
export type OpenAlert = {
  severity: AlertSeverity
  message: string
  isHappening: boolean
  acknowledgedAt: Date | null
  resolvedAt: Date | null
}
type Raised = { severity: AlertSeverity; message: string }

/**
 * What raising an open alert again changes for whoever looks at it. Seen once is seen, unless it got worse or came back after
 * it was over.
 */
export function raisedAgain(open: OpenAlert, raised: Raised): { isNews: boolean; needsNewEyes: boolean } {
  const gotWorse = open.severity === 'warning' && raised.severity === 'critical'
  const cameBack = open.resolvedAt !== null
  return { isNews: gotWorse || cameBack || open.message !== raised.message, needsNewEyes: gotWorse || cameBack }
}

/** A warning that is over leaves by itself; what was critical waits for eyes. */
export function closesWhenResolved({ severity, acknowledgedAt }: OpenAlert): boolean {
  return severity === 'warning' || acknowledgedAt !== null
}

/** Seen and over. A state that goes on stays on the list, marked as seen. */
export function closesWhenAcknowledged({ isHappening, resolvedAt }: OpenAlert): boolean {
  return isHappening || resolvedAt !== null
}

/** Administrators run the machine and set countries up: they see all. Supervisors see what concerns their countries. */
export function maySee({ role, countryIds }: Pick<Scope, 'role' | 'countryIds'>, alert: { countryId: string | null }): boolean {
  if (role === 'administrator') return true
  return role === 'supervisor' && alert.countryId !== null && countryIds.includes(alert.countryId)
}
