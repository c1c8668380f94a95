/** Texts that the dialplan has written down: the one way they come in over SIP. Killed after any step, it can be done again. */
import { openSpooledText, UnreadableEntry } from '../../../../asterisk-config/journal.ts'
import { RECORDING_FOLDERS } from '../../../../asterisk-config/names.ts'
import type { ArrivedText } from '../../../domains/texts/service.ts'
import { fetchWhole, type MessageDeps } from './messages.ts'
import type { Log } from '../../ari/face.ts'
import { MINUTE } from '../../../platform/time/duration.ts'
import { giveUpUnwritten, isUnwritten } from './unwritten.ts'

/** A storm of texts must not keep messages and missed calls waiting: so many in one pass. */
const MOST_IN_A_PASS = 100
/** Database connections a pass may use at a time. */
const AT_ONCE = 4

/** A text that is empty for longer will stay so. */
const UNWRITTEN_MS = MINUTE

export type TextSweepDeps = Pick<MessageDeps, 'commands' | 'services' | 'now'> & {
  /** Opens what the dialplan wrote. */
  journalKey: string
  /** Asterisk or the database is not there: everything has to wait. */
  isAway: (error: unknown) => boolean
  log: Pick<Log, 'error'>
}

export type TextEntry = { name: string; receivedAt: Date }
const NAME = new RegExp(`^${RECORDING_FOLDERS.text}/(\\d{9,11})(\\d{0}|-\\d{6})_\\d+$`)

/** Those of the names that are texts, oldest first. */
export function textEntries(names: readonly string[]): TextEntry[] {
  return names.toSorted().flatMap((name) => {
    const [, seconds, micros] = NAME.exec(name) ?? []
    if (seconds === undefined) return []
    return [{ name, receivedAt: new Date(Number(seconds) * 1000 + Number(micros?.slice(1, 4) ?? 0)) }]
  })
}

/**
 * Takes in the oldest ones: one sender's in the order they came, several senders' side by side.
 * @returns whether there are more
 */
export async function sweepTexts(entries: readonly TextEntry[], deps: TextSweepDeps): Promise<boolean> {
  const opened = await inLanes(entries.slice(0, MOST_IN_A_PASS), (entry) => orLeave(entry, deps, open(entry, deps)))
  const bySender = Map.groupBy(
    opened.filter((text) => text !== undefined),
    ({ arrived }) => arrived.from,
  )
  await inLanes([...bySender.values()], async (texts) => {
    for (const text of texts) await orLeave(text.entry, deps, keep(text, deps))
  })
  return entries.length > MOST_IN_A_PASS
}

type Opened = { entry: TextEntry; arrived: ArrivedText }

async function open(entry: TextEntry, deps: TextSweepDeps): Promise<Opened | undefined> {
  const { commands, journalKey, now, log } = deps
  const { name, receivedAt } = entry
  const file = await fetchWhole(commands, name)
  if (!file) return undefined
  // It may be in the writing this moment.
  if (isUnwritten(file)) return now().getTime() - receivedAt.getTime() < UNWRITTEN_MS ? undefined : giveUpUnwritten(name, deps)
  try {
    const { did, from, callId, bodyBytes: body, isCutOff } = openSpooledText(file.toString('latin1'), journalKey)
    // A repeated text has the same Call-ID; some senders use one Call-ID for all they write, so what they wrote counts as well.
    const sameness = `sip ${did} ${from} ${callId || name} ${body.toString('base64')}`
    return { entry, arrived: { sameness, gatewayId: null, did, from, body, isCutOff, receivedAt } }
  } catch (error) {
    if (!(error instanceof UnreadableEntry)) throw error
    // Unfinished, or written with another key: a person has to look, so it stays.
    log.error({ spoolName: name, trouble: error.message }, 'a text in the spool cannot be read')
    return undefined
  }
}

async function keep({ entry, arrived }: Opened, { commands, services }: TextSweepDeps): Promise<void> {
  await services.texts.ingestText(arrived)
  await commands.deleteStoredRecording(entry.name)
}

/** One text that nobody can take in must not keep the others waiting. */
async function orLeave<T>({ name }: TextEntry, { isAway, log }: TextSweepDeps, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (isAway(error)) throw error
    log.error({ spoolName: name, err: error }, 'a text in the spool could not be taken in')
    return undefined
  }
}

/** Results in the order of the items. When one fails the others of its lane are left; all lanes have ended when it throws. */
async function inLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const lane = async () => {
    while (next < items.length) {
      const index = next++
      results[index] = await work(items[index]!)
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason as Error
  return results
}
