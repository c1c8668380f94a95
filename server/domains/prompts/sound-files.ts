/** What callers hear as files, where Asterisk plays prompts from: with the service, or Postgres, away they are heard all the same. */
import { createHash } from 'node:crypto'
import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import { NoSound } from '../../platform/audio/telephone-sound.ts'
import { createWavLook } from '../../platform/audio/wav-look.ts'
import type { Db } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import type { Log } from '../../platform/log.ts'
import { MINUTE } from '../../platform/time/duration.ts'
import { writeWhole } from '../../platform/write-whole.ts'
import { messages, raiseAlert, resolveAlert } from '../alerts/service.ts'
import { soundsInUse, tellMissing } from './missing.ts'
import * as queries from './queries.ts'
import { spokenSound } from './sounds.ts'
import { findDraftWav, listDraftSums } from './text-queries.ts'
import { textsOf } from './texts.ts'

/** Written by set-up beside its drafts: where it is not, nobody plays sounds from here. */
const SET_UP = 'manifest.json'

type Options = { db: Db; log: Pick<Log, 'error' | 'warn'>; instance: string; folder: string }
export type SoundFiles = {
  /** Writes what is not there as recorded, and speaks what is missing; what failed raises an alert and is tried again at the next. Never rejects. */
  sync(): Promise<void>
  /** Looks once a minute, so that a file that went away is back before a caller misses it. */
  start(): void
  stop(): Promise<void>
  /** As callers should hear it: a person's recording, else the draft in the folder; undefined when there is neither. */
  soundOf(languageCode: string, name: string): Promise<Buffer | undefined>
}

/** @param options.folder gets `<language>/<name>.wav` in place of the machine's draft */
export function createSoundFiles({ db, log, instance, folder }: Options): SoundFiles {
  const alert = { kind: 'prompts-not-written', subject: `instance-${instance}` }
  const canPlay = createWavLook()
  const fileOf = (language: string, name: string) => path.join(folder, language, `${name}.wav`)
  let running: Promise<void> | undefined
  let isAskedAgain = false
  let timer: NodeJS.Timeout | undefined

  /** The file itself is looked at: a set-up that ran meanwhile has put the machine's draft back. */
  const write = async (
    sound: { languageCode: string; name: string; sha256: string | null },
    read: () => Promise<Buffer | null | undefined>,
  ) => {
    const file = fileOf(sound.languageCode, sound.name)
    if ((await sumOf(file)) === sound.sha256) return
    const wav = await read()
    if (wav) await writeWhole(file, wav)
  }
  const writeNew = async () => {
    for (const each of await queries.listHeardSums(db)) {
      await write(each, async () => (await queries.findWav(db, each.id, each.languageCode))?.wav)
    }
    for (const each of await listDraftSums(db)) await write(each, async () => (await findDraftWav(db, each.id))?.draftWav)
  }
  /** A draft that is missing is spoken again, where the machine can. */
  const mend = async (language: string, name: string): Promise<boolean> => {
    const file = fileOf(language, name)
    if (await canPlay(file)) return true
    const { sentences, voice } = await textsOf(db, language)
    const sentence = sentences.get(name)
    // The draft of a sentence that was changed is in Postgres, and was written before, if it has one.
    if (!sentence || sentence.isEdited || voice === null) return false
    try {
      const { wav } = await spokenSound(sentence.speech, voice)
      await writeWhole(file, wav)
      return true
    } catch (error) {
      if (!(error instanceof NoSound)) throw error
      log.warn({ language, name, trouble: error.message }, 'a missing prompt could not be spoken')
      return false
    }
  }
  const mendAll = async () => {
    if (!(await isThere(path.join(folder, SET_UP)))) return
    for (const { language, names } of await soundsInUse(db)) {
      const missing: string[] = []
      for (const name of names) {
        // A recording that came meanwhile does not wait for drafts.
        if (isAskedAgain) return
        if (!(await mend(language, name))) missing.push(name)
      }
      await tellMissing(db, language, missing)
    }
  }
  const attempt = async () => {
    do {
      isAskedAgain = false
      try {
        await writeNew()
        await mendAll()
        await inTransaction(db, (tx) => resolveAlert(tx, alert))
      } catch (error) {
        log.error({ err: error }, 'recorded prompts could not be written')
        const message = messages.say('alert-prompts-unwritten', { instance })
        await inTransaction(db, (tx) => raiseAlert(tx, { ...alert, severity: 'warning', message })).catch(() => undefined)
      }
    } while (isAskedAgain)
  }
  const sync = () => {
    isAskedAgain = running !== undefined
    return (running ??= attempt().finally(() => (running = undefined)))
  }

  return {
    sync,
    soundOf: async (languageCode, name) => {
      const recorded = await queries.findHeardWav(db, languageCode, name)
      return recorded?.wav ?? readOrNone(path.join(folder, languageCode, `${name}.wav`))
    },
    start: () => {
      void sync()
      timer = setInterval(() => void sync(), MINUTE)
      timer.unref()
    },
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    await access(file)
    return true
  } catch {
    // Not there, or not ours to see.
    return false
  }
}

async function sumOf(file: string): Promise<string | undefined> {
  const wav = await readOrNone(file)
  return wav && createHash('sha256').update(wav).digest('hex')
}

async function readOrNone(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
