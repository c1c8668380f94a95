import type { ClientDecision, OpenCase } from '../../api/cases.ts'

/** In the order they are offered; `satisfies` keeps them equal to the contract's. */
export const categories = [
  'wages-and-benefits',
  'working-hours',
  'health-and-safety',
  'harassment-and-abuse',
  'discrimination',
  'discipline-and-dismissal',
  'living-conditions',
  'recruitment-fees',
  'freedom-of-association',
  'child-labour',
  'forced-labour',
  'retaliation',
  'audit-integrity',
  'other',
] as const satisfies readonly OpenCase['category'][]
export const severities = ['critical', 'high', 'medium', 'low'] as const satisfies readonly OpenCase['severity'][]
export const wishes = ['confidential', 'anonymous', 'named'] as const satisfies readonly OpenCase['workerWish'][]
export const decisions = [
  'remedy-agreed',
  'warning',
  'work-suspended',
  'work-ended',
  'no-action',
] as const satisfies readonly ClientDecision['decision'][]
