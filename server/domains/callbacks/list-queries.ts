import { anyOf } from '../../platform/db/any-of.ts'
import type { Db } from '../../platform/db/db.ts'
import { beyond, exactly, type Position } from '../../platform/db/page.ts'
import type { CallbackReason, CallbackStatus } from './contract.ts'
import { callbackColumns, type CallbackRecord } from './record-queries.ts'

/** A callback with what decides whether it may ring. */
export type ListedCallback = CallbackRecord & {
  exactDueAt: string
  refusedAt: Date | null
  neverCallSince: Date | null
  factoryId: string | null
  factoryName: string | null
  workerDataKeyId: string
  /** An agent is looking at it. */
  isOffered: boolean
  assignedAgentName: string | null
  interpreterName: string | null
}

const listed = (db: Db) =>
  db
    .selectFrom('callback')
    .innerJoin('worker', 'worker.id', 'callback.workerId')
    .leftJoin('phoneNumber', 'phoneNumber.id', 'callback.phoneNumberId')
    .leftJoin('factory', 'factory.id', 'worker.factoryId')
    .leftJoin('appUser as assignedAgent', 'assignedAgent.id', 'callback.assignedAgentUserId')
    .leftJoin('appUser as interpreter', 'interpreter.id', 'callback.interpreterUserId')
    .select([
      ...callbackColumns,
      exactly('callback.dueAt').as('exactDueAt'),
      'worker.refusedAt',
      'worker.dataKeyId as workerDataKeyId',
      'phoneNumber.neverCallSince',
      'factory.id as factoryId',
      'factory.name as factoryName',
      'assignedAgent.displayName as assignedAgentName',
      'interpreter.displayName as interpreterName',
    ])
    .select(({ exists, selectFrom }) =>
      exists(selectFrom('callbackOffer').select('id').whereRef('callbackId', '=', 'callback.id').where('endedAt', 'is', null))
        .$castTo<boolean>()
        .as('isOffered'),
    )

export async function findCallback(db: Db, id: string): Promise<ListedCallback | undefined> {
  return (await listed(db).where('callback.id', '=', id).executeTakeFirst()) as ListedCallback | undefined
}

/** In no order. */
export async function listByIds(db: Db, ids: readonly string[]): Promise<ListedCallback[]> {
  return (await listed(db).where('callback.id', '=', anyOf(ids)).execute()) as ListedCallback[]
}

export type ListFilter = {
  countryIds: readonly string[]
  /** Of these languages, or claimed by or given to this agent, wherever; absent: of any. */
  agent?: { userId: string; languageCodes: readonly string[] } | undefined
  status?: CallbackStatus | undefined
  languageCode?: string | undefined
  reason?: CallbackReason | undefined
  /** Only a supervisor may go on with it. */
  isHeld?: boolean | undefined
  /** Waiting, not held, and due at this instant. */
  dueBy?: Date | undefined
  reference?: string | undefined
  after?: Position | undefined
  limit: number
}

const OPEN = ['planned', 'waiting', 'claimed', 'ringing', 'talking', 'wrap-up'] as const

/** Soonest first; without a status those that are not over. Reads one row more than `limit`, to know whether there is more. */
export async function listCallbacks(db: Db, filter: ListFilter): Promise<ListedCallback[]> {
  const { countryIds, agent, status, languageCode, reason, isHeld, dueBy, reference, after, limit } = filter
  const rows = await listed(db)
    .where('callback.status', '=', anyOf(status ? [status] : OPEN))
    .where((eb) => {
      const isTheirs = eb('callback.countryId', '=', anyOf(countryIds))
      if (!agent) return isTheirs
      return eb.or([
        eb.and([isTheirs, eb('callback.languageCode', '=', anyOf(agent.languageCodes))]),
        eb('callback.claimedByUserId', '=', agent.userId),
        eb('callback.assignedAgentUserId', '=', agent.userId),
      ])
    })
    .$if(languageCode !== undefined, (query) => query.where('callback.languageCode', '=', languageCode!))
    .$if(reason !== undefined, (query) => query.where('callback.reason', '=', reason!))
    .$if(reference !== undefined, (query) => query.where('callback.reference', '=', reference!))
    .$if(isHeld !== undefined, (query) => query.where('callback.heldReason', isHeld ? 'is not' : 'is', null))
    .$if(dueBy !== undefined, (query) =>
      query.where('callback.status', '=', 'waiting').where('callback.heldReason', 'is', null).where('callback.dueAt', '<=', dueBy!),
    )
    .$if(after !== undefined, (query) => query.where(beyond('callback.dueAt', 'callback.id', after!, 'asc')))
    .orderBy('callback.dueAt')
    .orderBy('callback.id')
    .limit(limit + 1)
    .execute()
  return rows as ListedCallback[]
}
