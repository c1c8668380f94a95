import { PROMPT_NAMES } from '../../../asterisk-config/sounds/catalogue.ts'
import type { Db } from '../../platform/db/db.ts'
import { NotFound } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import type { Clock } from '../../platform/time/clock.ts'
import { listCountries } from '../countries/service.ts'
import * as queries from './queries.ts'

export type PromptDeps = {
  db: Db
  clock: Clock
  /** Holds `<language>/<prompt>.wav`, as callers hear them. */
  soundsFolder: string
}
/** Announced with the language's code when what callers hear in it, its sentences, or an approval changed. */
export const PROMPT_CHANGED = 'prompt.changed'

export class PromptNotFound extends NotFound {
  constructor() {
    super('prompt-not-found', 'This prompt does not exist, or its language is not one of your countries’.')
  }
}

/** @throws NotFound */
export function assertName(name: string): void {
  if (!(PROMPT_NAMES as readonly string[]).includes(name)) throw new PromptNotFound()
}

/** A supervisor's languages are those their countries' callers hear; an administrator's are all. */
export async function languagesOf(db: Db, { role, countryIds }: Scope): Promise<ReadonlySet<string>> {
  if (role === 'administrator') return new Set(await queries.listLanguageCodes(db))
  const countries = (await listCountries({ db })).filter(({ id }) => countryIds.includes(id))
  return new Set(countries.flatMap(({ languages }) => languages.map(({ code }) => code)))
}

/** @throws NotFound */
export async function assertMine(db: Db, reader: Scope, code: string): Promise<void> {
  if (!(await languagesOf(db, reader)).has(code)) throw new PromptNotFound()
}
