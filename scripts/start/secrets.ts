import { randomBytes, randomInt } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exists } from '../lib/exists.ts'
import { SetupProblem } from '../lib/setup-problem.ts'

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export interface Secrets {
  masterKeyFile: string
  blindIndexKeyFile: string
  journalKeyFile: string
  /** 16 letters and digits: what the dialplan seals its journal with. */
  journalKey: string
  ariPasswordFile: string
  ariPassword: string
  /**
   * The password kept under a name such as `agent-bd-1` or `supervisor`: 24 letters and digits, made on first asking and
   * the same ever after.
   */
  password(name: string): Promise<string>
}

/**
 * Opens `folder` (mode 0700) and makes what is missing in it, each secret a file of its own with mode 0600.
 * @param hasData whether a database exists that was sealed with these keys: then a lost key is not replaced
 * @throws SetupProblem when a key is gone that existing data need
 */
export async function openSecrets(folder: string, hasData: boolean): Promise<Secrets> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const keep = (name: string, make: () => string) => keepSecret(join(folder, name), make)
  for (const name of ['master-key', 'blind-index-key']) {
    if (hasData && !(await exists(join(folder, name)))) {
      throw new SetupProblem(
        `${join(folder, name)} is gone, and without it the data cannot be read: put it back from your backup, or set RINGBACK_DATA to a new folder.`,
      )
    }
    await keep(name, () => randomBytes(32).toString('hex'))
  }
  const journalKey = await keep('journal-key', () => lettersAndDigits(16))
  const ariPassword = await keep('ari-password', () => randomBytes(32).toString('base64url'))
  return {
    masterKeyFile: join(folder, 'master-key'),
    blindIndexKeyFile: join(folder, 'blind-index-key'),
    journalKeyFile: join(folder, 'journal-key'),
    journalKey,
    ariPasswordFile: join(folder, 'ari-password'),
    ariPassword,
    password: async (name) => keep(`password-${checkedName(name)}`, () => lettersAndDigits(24)),
  }
}

/** The file appears whole or not at all, and one that is there is never replaced. */
async function keepSecret(path: string, make: () => string): Promise<string> {
  if (!(await exists(path))) {
    const draft = `${path}.${randomBytes(4).toString('hex')}`
    await writeFile(draft, `${make()}\n`, { mode: 0o600, flag: 'wx' })
    try {
      await link(draft, path)
    } catch (error) {
      // Another start was first; its secret is the one to use.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      await rm(draft)
    }
  }
  return (await readFile(path, 'utf8')).trim()
}

const lettersAndDigits = (length: number) => Array.from({ length }, () => LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]).join('')

function checkedName(name: string): string {
  if (!/^[a-z0-9-]{1,60}$/.test(name)) throw new Error(`not a name for a password: ${name}`)
  return name
}
