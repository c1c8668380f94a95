/** The alert `prompt-missing`: one for each country and language, open while a sound of it is missing. */
import { PROMPT_NAMES } from '../../../asterisk-config/sounds/catalogue.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { messages, raiseAlert, resolveAlert } from '../alerts/service.ts'
import { listCountries } from '../countries/service.ts'

const KIND = 'prompt-missing'
/** More names than these say no more. */
const MOST_NAMED = 4

/** A caller did not hear a prompt of a language; `heard` is the language it was said in instead, or `tone`. */
export type MissingSound = { name: string; language: string; heard: string }

/** Tells the board before anything is mended, so that it is known although it is soon over. */
export async function noteMissing({ db }: { db: Db }, { name, language, heard }: MissingSound): Promise<void> {
  const facts = { prompt: name, language }
  const message = heard === 'tone' ? messages.say('alert-prompt-toned', facts) : messages.say('alert-prompt-foreign', { ...facts, heard })
  await raise(db, language, message)
}

/** What is missing of a language after all was done to put it back; nothing: the alert is over. */
export async function tellMissing(db: Db, language: string, missing: readonly string[]): Promise<void> {
  if (missing.length > 0) return raise(db, language, messageOf(language, missing))
  for (const countryId of await countriesWith(db, language)) {
    await inTransaction(db, (tx) => resolveAlert(tx, { kind: KIND, subject: `${countryId}-${language}` }))
  }
}

function messageOf(language: string, missing: readonly string[]): string {
  const more = missing.length > MOST_NAMED ? `, … (${missing.length})` : ''
  return messages.say('alert-prompts-missing', { language, prompts: `${missing.slice(0, MOST_NAMED).join(', ')}${more}` })
}

async function raise(db: Db, language: string, message: string): Promise<void> {
  for (const countryId of await countriesWith(db, language)) {
    const alert = { kind: KIND, subject: `${countryId}-${language}`, countryId, severity: 'warning', message } as const
    await inTransaction(db, (tx) => raiseAlert(tx, alert))
  }
}

async function countriesWith(db: Db, language: string): Promise<string[]> {
  const countries = await listCountries({ db })
  return countries.filter(({ languages }) => languages.some(({ code }) => code === language)).map(({ id }) => id)
}

/** Every sound that some country's callers may hear, by language. */
export async function soundsInUse(db: Db): Promise<{ language: string; names: readonly string[] }[]> {
  const countries = await listCountries({ db })
  const languages = new Set(countries.flatMap((country) => country.languages.map(({ code }) => code)))
  return [...languages].map((language) => ({ language, names: PROMPT_NAMES }))
}
