/** Recordings as files, where Asterisk plays prompts from: with the service, or Postgres, away they are heard all the same. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Log } from '../../platform/log.ts'
import { messages, raiseAlert, resolveAlert } from '../alerts/service.ts'
import * as queries from './queries.ts'

type Options = { db: Db; log: Pick<Log, 'error'>; instance: string; folder: string }
export type SoundFiles = {
  /** Writes what is not there as recorded; what failed raises an alert and is tried again at the next. Never rejects. */
  sync(): Promise<void>
}

/** @param options.folder gets `<language>/<name>.wav` in place of the machine's draft */
export function createSoundFiles({ db, log, instance, folder }: Options): SoundFiles {
  const alert = { kind: 'prompts-not-written', subject: `instance-${instance}` }
  let running: Promise<void> | undefined
  let isAskedAgain = false

  const writeNew = async () => {
    for (const { id, languageCode, name, sha256 } of await queries.listHeardSums(db)) {
      const file = path.join(folder, languageCode, `${name}.wav`)
      // The file itself is looked at: a set-up that ran meanwhile has put the machine's draft back.
      if ((await sumOf(file)) === sha256) continue
      const row = await queries.findWav(db, id, languageCode)
      if (row) await writeWhole(file, row.wav)
    }
  }
  const attempt = async () => {
    do {
      isAskedAgain = false
      try {
        await writeNew()
        await inTransaction(db, (tx) => resolveAlert(tx, alert))
      } catch (error) {
        log.error({ err: error }, 'recorded prompts could not be written')
        const message = messages.say('alert-prompts-unwritten', { instance })
        await inTransaction(db, (tx) => raiseAlert(tx, { ...alert, severity: 'warning', message })).catch(() => undefined)
      }
    } while (isAskedAgain)
  }

  return {
    sync: () => {
      isAskedAgain = running !== undefined
      return (running ??= attempt().finally(() => (running = undefined)))
    },
  }
}

async function sumOf(file: string): Promise<string | undefined> {
  try {
    return createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** A call that plays the old one goes on with it; nobody hears half of the new. */
async function writeWhole(file: string, wav: Buffer): Promise<void> {
  const draft = `${file}.${randomBytes(4).toString('hex')}`
  await mkdir(path.dirname(file), { recursive: true })
  try {
    const handle = await open(draft, 'wx')
    try {
      await handle.writeFile(wav)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(draft, file)
  } finally {
    await rm(draft, { force: true })
  }
}
