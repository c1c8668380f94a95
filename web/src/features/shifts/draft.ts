import type { AgentShifts, ShiftPlan } from '../../api/shifts.ts'

export type Hours = { startLocal: string; endLocal: string }
export type DayDraft = { date: string; hours: Hours[] }
/** @property week Monday first */
export type Draft = { week: Hours[][]; exceptions: DayDraft[] }

export function draftOf(plan: AgentShifts['plan']): Draft {
  const week = [1, 2, 3, 4, 5, 6, 7].map((weekday) =>
    (plan?.week ?? []).filter((shift) => shift.weekday === weekday).map(({ startLocal, endLocal }) => ({ startLocal, endLocal })),
  )
  return { week, exceptions: (plan?.exceptions ?? []).map(({ date, hours }) => ({ date, hours: hours.map((one) => ({ ...one })) })) }
}

export function planOf({ week, exceptions }: Draft): ShiftPlan {
  return {
    week: week.flatMap((hours, index) => hours.map((one) => ({ weekday: index + 1, ...one }))),
    exceptions: exceptions.map(({ date, hours }) => ({ date, hours: hours.map((one) => ({ ...one })) })),
  }
}
