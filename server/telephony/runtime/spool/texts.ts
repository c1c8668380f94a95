/** Texts that the dialplan has written down: the one way they come in over SIP. Killed after any step, it can be done again. */
import { openSpooledText, UnreadableEntry } from '../../../../asterisk-config/journal.ts'
import { RECORDING_FOLDERS } from '../../../../asterisk-config/names.ts'
import { fetchWhole } from './messages.ts'
import type { SweepDeps } from './sweep.ts'

/** A storm of texts must not keep messages and missed calls waiting: so many in one pass. */
const MOST_IN_A_PASS = 100

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
 * Takes in the oldest ones.
 * @returns whether there are more
 */
export async function sweepTexts(entries: readonly TextEntry[], deps: SweepDeps): Promise<boolean> {
  for (const entry of entries.slice(0, MOST_IN_A_PASS)) await orLeave(entry, deps)
  return entries.length > MOST_IN_A_PASS
}

async function orLeave(entry: TextEntry, deps: SweepDeps): Promise<void> {
  try {
    await takeIn(entry, deps)
  } catch (error) {
    if (deps.isAway(error)) throw error
    deps.log.error({ spoolName: entry.name, err: error }, 'a text in the spool could not be taken in')
  }
}

async function takeIn({ name, receivedAt }: TextEntry, { commands, services, journalKey, log }: SweepDeps): Promise<void> {
  const file = await fetchWhole(commands, name)
  if (!file) return
  try {
    const { did, from, callId, bodyBytes, isCutOff } = openSpooledText(file.toString('latin1'), journalKey)
    // A repeated text has the same Call-ID; some senders use one Call-ID for all they write, so what they wrote counts as well.
    const sameness = `sip ${did} ${from} ${callId || name} ${bodyBytes.toString('base64')}`
    await services.texts.ingestText({ sameness, gatewayId: null, did, from, body: bodyBytes, isCutOff, receivedAt })
  } catch (error) {
    if (!(error instanceof UnreadableEntry)) throw error
    // Unfinished, or written with another key: a person has to look, so it stays.
    return log.error({ spoolName: name, trouble: error.message }, 'a text in the spool cannot be read')
  }
  await commands.deleteStoredRecording(name)
}
