import { MINUTE } from '../../platform/time/duration.ts'

export type Hearing = { userId: string; displayName: string; heardAt: Date }

/** A player asks for its message in several pieces, and again when it is moved: so close together they are one hearing. */
const ONE_HEARING_MS = 5 * MINUTE

/** Who listened, once for each time. @param requests newest first */
export function hearings(requests: readonly Hearing[]): Hearing[] {
  return requests.filter((request, index) => {
    const earlier = requests.slice(index + 1).find(({ userId }) => userId === request.userId)
    return !earlier || request.heardAt.getTime() - earlier.heardAt.getTime() > ONE_HEARING_MS
  })
}
