import type { Db, Tx } from '../../platform/db/db.ts'
import { onConstraint } from '../../platform/db/errors.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Forbidden, NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { isZone } from '../../platform/time/local.ts'
import { record } from '../activity-log/service.ts'
import type { Country } from '../countries/contract.ts'
import { listCountries } from '../countries/service.ts'
import { type Auditor, giveFactory, listAuditorsOf } from '../users/service.ts'
import { FactoryNotFound, factoryScope, worksFor } from './access.ts'
import type { ChangeClient, ChangeFactory, ClientView, FactoryView, SaveClient, SaveFactory } from './contract.ts'
import * as queries from './queries.ts'

type SiteDeps = { db: Db }

/** Clients by name. */
export function listClients({ db }: SiteDeps): Promise<ClientView[]> {
  return queries.listClients(db)
}

/** @throws Refused when the name is taken, Unprocessable when there is no such questionnaire */
export function addClient({ db }: SiteDeps, actor: Scope, input: SaveClient): Promise<ClientView> {
  const { name, callbackOffsetDays = 5, questionnaireId = null, retentionMonths = 24 } = input
  return inTransaction(db, async (tx) => {
    const client = await onConstraint(
      queries.insertClient(tx, { name: name.trim(), callbackOffsetDays, questionnaireId, retentionMonths }),
      unfit,
    )
    await recordClient(tx, actor, 'client.added', client)
    return client
  })
}

/**
 * Renames a client, or changes its offset or its questionnaire, for visits closed from now on, or its retention, for all its workers.
 * @throws NotFound, else as `addClient`
 */
export function changeClient({ db }: SiteDeps, actor: Scope, id: string, { name, ...change }: ChangeClient): Promise<ClientView> {
  return inTransaction(db, async (tx) => {
    const changed = queries.updateClient(tx, id, { ...change, ...(name !== undefined && { name: name.trim() }) })
    const client = await onConstraint(changed, unfit)
    if (!client) throw new NotFound('client-not-found', 'This client does not exist.')
    await recordClient(tx, actor, 'client.changed', client)
    return client
  })
}

function recordClient(tx: Tx, actor: Scope, action: 'client.added' | 'client.changed', client: ClientView): Promise<void> {
  const { id: subjectId, callbackOffsetDays, questionnaireId, retentionMonths } = client
  const detail = { callbackOffsetDays, questionnaireId, retentionMonths }
  return record(tx, { actorUserId: actor.userId, action, subjectKind: 'client', subjectId, detail })
}

const unfit = {
  client_name_key: () => new Refused('client-exists', 'A client of this name exists already.'),
  client_questionnaire_id_fkey: () =>
    new Unprocessable('no-such-questionnaire', 'This questionnaire does not exist. Choose one of those that are published.'),
}

/** Factories of the reader's countries (an auditor's: those assigned), by name. */
export function listFactories({ db }: SiteDeps, reader: Scope): Promise<FactoryView[]> {
  return queries.listFactories(db, factoryScope(reader))
}

/**
 * Adds a factory; its zone is the country's unless another is named.
 * @throws Forbidden outside the actor's countries, Unprocessable for an unknown zone or a language the country has not, Refused when it exists
 */
export async function addFactory(deps: SiteDeps, actor: Scope, input: SaveFactory): Promise<FactoryView> {
  if (!actor.countryIds.includes(input.countryId)) throw new Forbidden('not-your-country', 'This country is not yours to plan.')
  const country = (await listCountries(deps)).find(({ id }) => id === input.countryId)
  if (!country) throw new Unprocessable('no-such-country', 'This country is not set up.')
  const timeZone = input.timeZone ?? country.timeZone
  assertFits({ timeZone, languageCodes: input.languageCodes }, country)
  return inTransaction(deps.db, async (tx) => {
    const { clientId, countryId, languageCodes } = input
    const adding = queries.insertFactory(tx, { clientId, name: input.name.trim(), countryId, timeZone, languageCodes })
    const id = await onConstraint(adding, {
      ...factoryExists,
      factory_client_id_fkey: () => new NotFound('client-not-found', 'This client does not exist.'),
    })
    await record(tx, { actorUserId: actor.userId, action: 'factory.added', subjectKind: 'factory', subjectId: id })
    return (await queries.findFactory(tx, id))!
  })
}

/** Renames a factory, or corrects its zone and languages, for workers taken and callbacks planned from now on. @throws as `addFactory`, FactoryNotFound */
export async function changeFactory(deps: SiteDeps, actor: Scope, id: string, change: ChangeFactory): Promise<FactoryView> {
  const before = await findOwnFactory(deps.db, actor, id)
  const country = (await listCountries(deps)).find((each) => each.id === before.countryId)
  if (!country) throw new Unprocessable('no-such-country', 'This country is not set up.')
  const { name = before.name, timeZone = before.timeZone, languageCodes = before.languageCodes } = change
  assertFits({ timeZone, languageCodes }, country)
  return inTransaction(deps.db, async (tx) => {
    await onConstraint(queries.updateFactory(tx, id, { name: name.trim(), timeZone, languageCodes }), factoryExists)
    await record(tx, { actorUserId: actor.userId, action: 'factory.changed', subjectKind: 'factory', subjectId: id })
    return (await queries.findFactory(tx, id))!
  })
}

/** Auditors of the factory's country, by name. @throws FactoryNotFound */
export async function listAuditors({ db }: SiteDeps, reader: Scope, factoryId: string): Promise<Auditor[]> {
  return listAuditorsOf(db, await findOwnFactory(db, reader, factoryId))
}

/** Gives the factory to these auditors and takes it from all others. @throws FactoryNotFound, Unprocessable when one is none of the country's */
export function assignAuditors({ db }: SiteDeps, actor: Scope, factoryId: string, auditorIds: readonly string[]): Promise<Auditor[]> {
  return inTransaction(db, async (tx) => {
    const factory = await findOwnFactory(tx, actor, factoryId)
    await giveFactory(tx, actor.userId, factory, auditorIds)
    return listAuditorsOf(tx, factory)
  })
}

async function findOwnFactory(db: Db, reader: Scope, id: string): Promise<FactoryView> {
  const factory = await queries.findFactory(db, id)
  if (!factory || !worksFor(reader, factory)) throw new FactoryNotFound()
  return factory
}

const factoryExists = { factory_client_id_name_key: () => new Refused('factory-exists', 'This client has a factory of this name already.') }

function assertFits({ timeZone, languageCodes }: Pick<FactoryView, 'timeZone' | 'languageCodes'>, country: Country): void {
  if (!isZone(timeZone)) throw new Unprocessable('no-such-zone', `"${timeZone}" is not a time zone. Write it like ${country.timeZone}.`)
  const spoken = new Set(country.languages.map(({ code }) => code))
  const unknown = languageCodes.find((code) => !spoken.has(code))
  if (unknown) throw new Unprocessable('language-not-served', `${country.name} has no line in "${unknown}".`)
}
