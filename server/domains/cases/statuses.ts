/** What the worker of a case hears with their PIN: written or recorded by the case-handler, listened to, published. */
import { LANGUAGES, promptsOf } from '../../../asterisk-config/sounds/catalogue.ts'
import { NoSound, speakText, type TelephoneSound, toTelephone } from '../../platform/audio/telephone-sound.ts'
import type { Tx } from '../../platform/db/db.ts'
import { inTransaction } from '../../platform/db/transaction.ts'
import { Unprocessable } from '../../platform/errors.ts'
import type { Scope } from '../../platform/http/policy.ts'
import { announce } from '../../platform/live/announce.ts'
import {
  draftStatus,
  findStatusAudio,
  listStatuses as listOf,
  publishStatus,
  type RecordStatusQuery,
  STATUS_SECONDS,
  withdrawStatus,
  type WorkerStatusList,
  type WriteStatus,
} from '../pins/service.ts'
import { getWorker } from '../workers/service.ts'
import { type CaseDeps, findReadable } from './service.ts'

class NotSpoken extends Unprocessable {
  constructor(message: string) {
    super('status-not-spoken', message)
  }
}

/** Everything this worker was to hear of this case, newest first. @throws NotFound */
export async function listStatuses(deps: CaseDeps, reader: Scope, caseId: string): Promise<WorkerStatusList> {
  const { workerId } = await findReadable(deps.db, reader, caseId)
  const { languageCode } = await getWorker(deps.db, workerId)
  const { pins, items } = await listOf(deps, { caseId, workerId })
  return { pins, items, languageCode: languageCode ?? 'en', speechLanguageCodes: SPOKEN }
}

/** The machine reads it out: a draft, to be listened to before it is published. @throws NotFound, Unprocessable */
export async function writeStatus(deps: CaseDeps, reader: Scope, caseId: string, input: WriteStatus): Promise<WorkerStatusList> {
  const { text, languageCode, sentence } = input
  const voice = VOICES.get(languageCode)
  if (voice === undefined) throw new NotSpoken('The machine cannot speak this language well enough: record it with your own voice.')
  const sound = await orRefuse(speakText(text, voice, STATUS_SECONDS))
  return draft(deps, reader, caseId, { languageCode, sentence, text, ...sound })
}

/** The case-handler's own voice. @param wav of any rate @throws NotFound, Unprocessable */
export async function recordStatus(
  deps: CaseDeps,
  reader: Scope,
  caseId: string,
  { wav, ...more }: RecordStatusQuery & { wav: Buffer },
): Promise<WorkerStatusList> {
  return draft(deps, reader, caseId, { ...more, ...(await orRefuse(toTelephone(wav, STATUS_SECONDS))) })
}

type Change = { caseId: string; statusId: string }

/** From now on the worker hears this one. @throws NotFound */
export const publish = (deps: CaseDeps, reader: Scope, which: Change) => change(deps, reader, which, publishStatus)

/** The worker hears the neutral sentence again. @throws NotFound */
export const withdraw = (deps: CaseDeps, reader: Scope, which: Change) => change(deps, reader, which, withdrawStatus)

/** The sound; that it was listened to is written down. @throws NotFound */
export function statusAudio(deps: CaseDeps, reader: Scope, { caseId, statusId }: Change): Promise<Buffer> {
  return inTransaction(deps.db, async (tx) => {
    await findReadable(tx, reader, caseId)
    return findStatusAudio(deps, tx, { caseId, statusId, actorUserId: reader.userId })
  })
}

type Draft = RecordStatusQuery & TelephoneSound & { text?: string }

async function draft(deps: CaseDeps, reader: Scope, caseId: string, input: Draft): Promise<WorkerStatusList> {
  await inTransaction(deps.db, async (tx) => {
    const { workerId } = await findReadable(tx, reader, caseId)
    await draftStatus(deps, tx, { ...input, caseId, workerId, actorUserId: reader.userId })
  })
  return listStatuses(deps, reader, caseId)
}

async function change(
  deps: CaseDeps,
  reader: Scope,
  { caseId, statusId }: Change,
  does: (deps: CaseDeps, tx: Tx, which: Change & { actorUserId: string }) => Promise<void>,
): Promise<WorkerStatusList> {
  await inTransaction(deps.db, async (tx) => {
    await findReadable(tx, reader, caseId)
    await does(deps, tx, { caseId, statusId, actorUserId: reader.userId })
    await announce(tx, 'case.changed', caseId)
  })
  return listStatuses(deps, reader, caseId)
}

async function orRefuse(sound: Promise<TelephoneSound>): Promise<TelephoneSound> {
  try {
    return await sound
  } catch (error) {
    if (!(error instanceof NoSound)) throw error
    throw new NotSpoken(error.message)
  }
}

/** Mandarin is spoken from pinyin alone; from characters it comes out as gibberish. */
const VOICES = new Map<string, string>(
  LANGUAGES.filter((language) => language !== 'zh').map((language) => [language, promptsOf(language)[0]!.voice]),
)
const SPOKEN = [...VOICES.keys()]
