import type { Db } from '../../platform/db/db.ts'
import { onConstraint } from '../../platform/db/errors.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Forbidden, NotFound, Refused, Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { isZone } from '../../platform/time/local.ts'
import { record } from '../activity-log/service.ts'
import { listCountries } from '../countries/service.ts'
import { factoryScope } from './access.ts'
import type { ClientView, FactoryView, SaveClient, SaveFactory } from './contract.ts'
import * as queries from './queries.ts'

type SiteDeps = { db: Db }

/** Clients by name. */
export function listClients({ db }: SiteDeps): Promise<ClientView[]> {
  return queries.listClients(db)
}

/** @throws Refused when the name is taken */
export function addClient({ db }: SiteDeps, actor: Scope, { name, callbackOffsetDays = 5 }: SaveClient): Promise<ClientView> {
  return inTransaction(db, async (tx) => {
    const client = await onConstraint(queries.insertClient(tx, { name: name.trim(), callbackOffsetDays }), {
      client_name_key: () => new Refused('client-exists', 'A client of this name exists already.'),
    })
    await record(tx, { actorUserId: actor.userId, action: 'client.added', subjectKind: 'client', subjectId: client.id })
    return client
  })
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
  if (!isZone(timeZone)) throw new Unprocessable('no-such-zone', `"${timeZone}" is not a time zone. Write it like ${country.timeZone}.`)
  const spoken = new Set(country.languages.map(({ code }) => code))
  const unknown = input.languageCodes.find((code) => !spoken.has(code))
  if (unknown) throw new Unprocessable('language-not-served', `${country.name} has no line in "${unknown}".`)
  return inTransaction(deps.db, async (tx) => {
    const { clientId, countryId, languageCodes } = input
    const adding = queries.insertFactory(tx, { clientId, name: input.name.trim(), countryId, timeZone, languageCodes })
    const id = await onConstraint(adding, {
      factory_client_id_name_key: () => new Refused('factory-exists', 'This client has a factory of this name already.'),
      factory_client_id_fkey: () => new NotFound('client-not-found', 'This client does not exist.'),
    })
    await record(tx, { actorUserId: actor.userId, action: 'factory.added', subjectKind: 'factory', subjectId: id })
    return (await queries.findFactory(tx, id))!
  })
}
