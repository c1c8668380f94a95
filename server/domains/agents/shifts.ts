/** Who works when. It decides nothing about single calls: an agent who is free is free. It tells whether what is promised can be kept. */
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Forbidden, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import { record } from '../activity-log/service.ts'
import type { AgentShifts, SaveShifts } from './contract.ts'
import { AGENT_CHANGED } from './deps.ts'
import { NoSuchAgent } from './errors.ts'
import * as agents from './queries.ts'
import { listShifts, replaceShifts, type ShiftRow } from './shift-queries.ts'
import { type ShiftPlan, shiftProblem } from './shift-rules.ts'
import { findAgentView } from './views.ts'

type Deps = { db: Db }
type AgentOf = { agentUserId: string; countryId: string }

/** Agents of the reader's countries and their shifts there; one without any works whenever the country may be called. */
export async function listAgentShifts({ db }: Deps, { countryIds }: Scope): Promise<AgentShifts[]> {
  const [people, rows] = await Promise.all([agents.listAgents(db, countryIds), listShifts(db, countryIds)])
  return people.flatMap(({ userId, displayName, languageCodes, countryIds: own }) =>
    own
      .filter((id) => countryIds.includes(id))
      .map((countryId) => {
        const mine = rows.filter((row) => row.agentUserId === userId && row.countryId === countryId)
        return { agentUserId: userId, displayName, languageCodes, countryId, plan: mine.length ? toPlan(mine) : null }
      }),
  )
}

/** An agent as planning sees them. @property plan undefined: works whenever the country may be called */
export type Rostered = { userId: string; displayName: string; languageCodes: string[]; plan: ShiftPlan | undefined }

/** Everybody who could be given calls of a country, at any time, in the languages somebody has certified. */
export async function listRostered({ db }: Deps, countryId: string): Promise<Rostered[]> {
  const [people, rows] = await Promise.all([agents.listAgents(db, [countryId]), listShifts(db, [countryId])])
  return people
    .filter(({ countryIds }) => countryIds.includes(countryId))
    .map(({ userId, displayName, languageCodes }) => {
      const mine = rows.filter((row) => row.agentUserId === userId)
      return { userId, displayName, languageCodes, plan: mine.length ? toPlan(mine) : undefined }
    })
}

/** Instead of what was there; null: no shifts are kept for them. @throws NoSuchAgent, Forbidden, Unprocessable with a sentence */
export async function saveShifts({ db }: Deps, actor: Scope, of: AgentOf, plan: SaveShifts['plan']): Promise<AgentShifts> {
  if (!actor.countryIds.includes(of.countryId)) throw new Forbidden('not-your-country', 'This country is not yours to plan.')
  const problem = plan && shiftProblem(plan)
  if (problem) throw new Unprocessable('shifts', problem)
  await inTransaction(db, async (tx) => {
    const agent = await findAgentView({ db: tx }, of.agentUserId)
    if (!agent?.countryIds.includes(of.countryId)) throw new NoSuchAgent()
    await replaceShifts(tx, of.agentUserId, of.countryId, plan ? toRows(of, plan) : [])
    const detail = { countryId: of.countryId, week: plan?.week.length ?? 0, exceptions: plan?.exceptions.length ?? 0 }
    await record(tx, { actorUserId: actor.userId, action: 'agent.shifts-set', subjectKind: 'user', subjectId: of.agentUserId, detail })
    await announce(tx, AGENT_CHANGED, of.agentUserId)
  })
  return (await listAgentShifts({ db }, actor)).find((one) => one.agentUserId === of.agentUserId && one.countryId === of.countryId)!
}

function toPlan(rows: readonly ShiftRow[]): NonNullable<AgentShifts['plan']> {
  const days = new Map<string, { startLocal: string; endLocal: string }[]>()
  const week: { weekday: number; startLocal: string; endLocal: string }[] = []
  for (const row of rows) {
    if (row.weekday !== undefined) week.push({ weekday: row.weekday, startLocal: row.startLocal, endLocal: row.endLocal })
    else {
      const hours = days.get(row.date) ?? []
      days.set(row.date, row.startLocal === null ? hours : [...hours, { startLocal: row.startLocal, endLocal: row.endLocal! }])
    }
  }
  return { week, exceptions: [...days].map(([date, hours]) => ({ date, hours })) }
}

function toRows(of: AgentOf, { week, exceptions }: NonNullable<SaveShifts['plan']>): ShiftRow[] {
  const days = exceptions.flatMap(({ date, hours }): ShiftRow[] =>
    hours.length ? hours.map((one) => ({ ...of, date, ...one })) : [{ ...of, date, startLocal: null, endLocal: null }],
  )
  return [...week.map((one) => ({ ...of, ...one })), ...days]
}
