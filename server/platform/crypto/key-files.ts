import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { BadKeyFile } from './errors.ts'
import { KEY_BYTES } from './seal.ts'

export type MasterKey = { id: string; key: Buffer }
export type KeyFiles = {
  masterKeyFile: string
  /** Only while rotating: the master key that wraps the data keys made so far. */
  previousMasterKeyFile?: string | undefined
  blindIndexKeyFile: string
}

/** The keys a process holds in memory while it runs. */
export type KeyRing = { master: MasterKey; previous: MasterKey | undefined; blindIndexKey: Buffer }

/**
 * Reads the key files: 64 hex digits each, on one line, outside the database and its backups.
 * @throws BadKeyFile
 */
export async function loadKeyRing(files: KeyFiles): Promise<KeyRing> {
  const [master, previous, blindIndexKey] = await Promise.all([
    readKeyFile(files.masterKeyFile),
    files.previousMasterKeyFile === undefined ? undefined : readKeyFile(files.previousMasterKeyFile),
    readKeyFile(files.blindIndexKeyFile),
  ])
  if (master.equals(blindIndexKey)) throw new BadKeyFile('the master key and the blind index key must be two different keys')
  return { master: named(master), previous: previous && named(previous), blindIndexKey }
}

/** @throws BadKeyFile */
export async function readKeyFile(path: string): Promise<Buffer> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new BadKeyFile(`cannot read key file ${path} (${cause.code})`, { cause })
  })
  if (!/^[0-9a-f]{64}\s*$/i.test(text)) throw new BadKeyFile(`${path} does not hold a key: 64 hex digits are wanted`)
  return Buffer.from(text.trim(), 'hex')
}

/** Makes a new key file, readable by its owner only. Never replaces one: that would lose all that it opens. */
export async function createKeyFile(path: string): Promise<void> {
  await writeFile(path, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
}

/** A key for one more purpose out of a key we have; neither can be computed from the other's output. */
export function deriveKey(key: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `ringback:${purpose}`, KEY_BYTES))
}

/** The id says which master key wraps a data key and nothing about the key itself. */
function named(key: Buffer): MasterKey {
  const id = createHash('sha256').update('ringback:master-key-id:').update(key).digest('hex').slice(0, 16)
  return { id, key }
}
