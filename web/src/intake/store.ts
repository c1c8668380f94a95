/**
 * All that this phone keeps: sealed entries, the auditor's visits, and counts. Never a number, a name or a wish of a worker:
 * an entry is sealed before it comes here.
 */
import type { IntakeSetup } from '../../../server/domains/audits/contract.ts'

/** @property problem the server could not open it; it is kept until the auditor gives it up */
export type StoredEntry = { entryId: string; auditId: string; auditorUserId: string; keyId: string; sealed: string; problem?: string }
/** What became of a visit's entries. @property kept codes of those that wait for a supervisor */
export type Tally = { sent: number; duplicates: number; kept: string[] }
/** @property ownerId whose visits are shown when nobody is signed in */
type Facts = { ownerId: string; lastSentMs?: number | undefined }

const STORES = ['entries', 'setups', 'tallies', 'facts', 'audio'] as const
type StoreName = (typeof STORES)[number]
const EMPTY_TALLY: Tally = { sent: 0, duplicates: 0, kept: [] }
let opened: Promise<IDBDatabase> | undefined

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open('ringback-intake', 1)
    asked.onupgradeneeded = () => {
      for (const name of STORES) asked.result.createObjectStore(name)
    }
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error ?? new Error('the phone’s storage cannot be opened'))
  })
  return opened
}

type Ask = <T>(request: IDBRequest<T>) => Promise<T>
type Stores = Record<StoreName, IDBObjectStore>

/** One transaction over all stores; resolves when it is on the disk. */
async function within<T>(mode: IDBTransactionMode, work: (stores: Stores, ask: Ask) => Promise<T>): Promise<T> {
  // Strict: an entry is on the disk, not only in the system's memory, before the form is emptied.
  const tx = (await database()).transaction([...STORES], mode, { durability: 'strict' })
  const stores = Object.fromEntries(STORES.map((name) => [name, tx.objectStore(name)])) as Stores
  const finished = new Promise<void>((resolve, reject) => {
    tx.oncomplete = () => resolve()
    tx.onabort = tx.onerror = () => reject(tx.error ?? new Error('the phone’s storage refused'))
  })
  const ask: Ask = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('the phone’s storage refused'))
    })
  const result = await work(stores, ask)
  await finished
  return result
}

export function putEntry(entry: StoredEntry): Promise<void> {
  return within('readwrite', async ({ entries }, ask) => void (await ask(entries.put(entry, entry.entryId))))
}

/** Everybody's: who owns each is in it, and only its owner's session can send it. */
export function listEntries(): Promise<StoredEntry[]> {
  return within('readonly', ({ entries }, ask) => ask<StoredEntry[]>(entries.getAll()))
}

export function dropEntry(entryId: string): Promise<void> {
  return within('readwrite', async ({ entries }, ask) => void (await ask(entries.delete(entryId))))
}

/** An answer of the server: what it has is deleted here and counted, in one step; a second answer to the same entry counts nothing. */
export type Settled = { entryId: string; keptCode?: string; isDuplicate?: boolean }

export function settleEntries(settled: readonly Settled[], sentMs: number): Promise<void> {
  return within('readwrite', async ({ entries, tallies, facts }, ask) => {
    for (const { entryId, keptCode, isDuplicate } of settled) {
      const entry = (await ask(entries.get(entryId))) as StoredEntry | undefined
      if (!entry) continue
      await ask(entries.delete(entryId))
      const key = entry.auditId
      const { sent, duplicates, kept } = ((await ask(tallies.get(key))) as Tally | undefined) ?? EMPTY_TALLY
      const next = { sent: sent + 1, duplicates: duplicates + (isDuplicate ? 1 : 0), kept: keptCode ? [...kept, keptCode] : kept }
      await ask(tallies.put(next, key))
    }
    const known = (await ask(facts.get('facts'))) as Facts | undefined
    if (known) await ask(facts.put({ ...known, lastSentMs: sentMs }, 'facts'))
  })
}

/** By visit: what became of the entries the phone's owner sent from here. */
export function readTallies(): Promise<Record<string, Tally>> {
  return within('readonly', async ({ tallies }, ask) => {
    const [keys, values] = [await ask(tallies.getAllKeys()), await ask<Tally[]>(tallies.getAll())]
    return Object.fromEntries(keys.map((key, index) => [String(key), values[index]!]))
  })
}

/** The phone is this auditor's now. What another one was shown on it goes; what they entered stays, sealed, until they sign in. */
export function saveSetup(setup: IntakeSetup): Promise<void> {
  return within('readwrite', async ({ setups, tallies, facts }, ask) => {
    const known = (await ask(facts.get('facts'))) as Facts | undefined
    const isSame = known?.ownerId === setup.auditor.id
    await ask(setups.clear())
    if (!isSame) await ask(tallies.clear())
    await ask(setups.put(setup, setup.auditor.id))
    await ask(facts.put({ ownerId: setup.auditor.id, lastSentMs: isSame ? known.lastSentMs : undefined }, 'facts'))
  })
}

export function readSetup(): Promise<{ setup: IntakeSetup; lastSentMs: number | undefined } | undefined> {
  return within('readonly', async ({ setups, facts }, ask) => {
    const known = (await ask(facts.get('facts'))) as Facts | undefined
    const setup = known && ((await ask(setups.get(known.ownerId))) as IntakeSetup | undefined)
    return setup && { setup, lastSentMs: known.lastSentMs }
  })
}

/** Signing out: only sealed entries stay. */
export function forgetSetup(): Promise<void> {
  return within('readwrite', async ({ setups, tallies, facts }, ask) => {
    for (const store of [setups, tallies, facts]) await ask(store.clear())
  })
}

/** The consent text spoken by the server's machine, for phones without a voice. @param name language and version of the text */
export function readAudio(name: string): Promise<Blob | undefined> {
  return within('readonly', ({ audio }, ask) => ask<Blob | undefined>(audio.get(name)))
}

/** Keeps these and drops all others: a text that has changed must not be heard any more. */
export function keepAudio(wanted: ReadonlyMap<string, Blob>): Promise<void> {
  return within('readwrite', async ({ audio }, ask) => {
    await ask(audio.clear())
    for (const [name, blob] of wanted) await ask(audio.put(blob, name))
  })
}
