/** "Call me and play it": a prompt is judged on a telephone, where workers hear it. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { createWavLook } from '../../platform/audio/wav-look.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Refused } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { record } from '../activity-log/service.ts'
import { getPhone } from '../agents/service.ts'
import { assertMine, assertName, type PromptDeps } from './deps.ts'
import type { PromptTelephony } from './ports.ts'
import { LONGEST_SECONDS } from './sounds.ts'

const look = createWavLook()

/**
 * Rings an agent's phone and plays what callers hear. An agent on a call, or naming its outcome, is left alone.
 * @throws NotFound, Refused
 */
export async function playOnPhone(
  { db, soundsFolder, playOnPhone: ring }: PromptDeps & PromptTelephony,
  reader: Scope,
  { code, name, agentUserId }: { code: string; name: string; agentUserId: string },
): Promise<void> {
  await assertMine(db, reader, code)
  assertName(name)
  const { sipUser, status, isPhoneReachable, countryIds } = await getPhone({ db }, agentUserId)
  const isOurs = reader.role === 'administrator' || countryIds.some((id) => reader.countryIds.includes(id))
  if (!isOurs || !isPhoneReachable) throw new Refused('phone-not-reachable', 'This agent’s phone cannot be reached.')
  if (status === 'on-call' || status === 'wrap-up') throw new Refused('agent-busy', 'This agent is on a call.')
  const sound = path.join(soundsFolder, code, name)
  if (!(await look(`${sound}.wav`))) throw new Refused('prompt-missing', 'There is no sound to be played yet.')
  const id = randomUUID()
  await inTransaction(db, (tx) =>
    record(tx, {
      actorUserId: reader.userId,
      action: 'prompt.played-on-phone',
      subjectKind: 'prompt',
      subjectId: id,
      detail: { language: code, name, agent: agentUserId },
    }),
  )
  await ring({ id, sipUser, path: sound, maxSeconds: LONGEST_SECONDS })
}
