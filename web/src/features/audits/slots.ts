import type { Slot } from '../../../../server/domains/callbacks/contract.ts'

/** How workers say when: the window of a day, or a date and time of their own. Wall time at the factory. */
export const windows = ['morning', 'midday', 'evening', 'sunday', 'any', 'exact'] as const
export type WindowName = (typeof windows)[number]

type Exact = { date: string; startLocal: string; endLocal: string }

export function slotOf(name: WindowName, exact: Exact): Slot {
  switch (name) {
    case 'morning':
      return { startLocal: '08:00', endLocal: '11:00' }
    case 'midday':
      return { startLocal: '11:00', endLocal: '14:00' }
    case 'evening':
      return { startLocal: '18:00', endLocal: '21:00' }
    case 'sunday':
      return { weekdays: [7], startLocal: '09:00', endLocal: '21:00' }
    case 'any':
      return { startLocal: '09:00', endLocal: '21:00' }
    case 'exact':
      return { ...(exact.date && { date: exact.date }), startLocal: exact.startLocal, endLocal: exact.endLocal }
  }
}
