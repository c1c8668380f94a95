import type { TopicOptions } from '../../platform/live/topic.ts'
import type { LineKind, NumberChange, NumberList, NumberView } from './contract.ts'
import { NUMBER_CHANGED, type WatchdogDeps } from './deps.ts'
import { findNumber, listNumbers } from './views.ts'

/** Topic "numbers": how our numbers are, and every change of it. */
export function numbersTopic(deps: WatchdogDeps): TopicOptions<NumberView | null> {
  return {
    policy: { roles: ['administrator', 'supervisor'] },
    on: [NUMBER_CHANGED],
    snapshot: async (user): Promise<NumberList> => ({ numbers: await listNumbers(deps, user) }),
    load: async ({ id }) => {
      const [countryId = '', kind = ''] = id.split('-')
      return (await findNumber(deps, { countryId, kind: kind as LineKind })) ?? null
    },
    toFrame: ({ role, countryIds }, _change, number): NumberChange | null => {
      const isTheirs = number && (role === 'administrator' || countryIds.includes(number.countryId))
      return isTheirs ? { kind: 'number', number } : null
    },
  }
}
