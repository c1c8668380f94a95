/**
 * Empties Asterisk's spool: the spool itself is the list of what is still to be done, so nothing has to be remembered.
 *
 *   vm-…      a message that a flow recorded: stored once its recording is over
 *   fb/…      a message that the dialplan took without us: stored once its call is over
 *   text/…    a text: stored, at most a hundred in a pass, after all else
 *   journal/… a call, written down before it was offered to us: deleted once the database knows the call; when nobody
 *             took the call, it is a missed call first
 */
import { openJournalEntry, UnreadableEntry } from '../../../../asterisk-config/journal.ts'
import { RECORDING_FOLDERS } from '../../../../asterisk-config/names.ts'
import { messages } from '../../../domains/alerts/message-rules.ts'
import type { Log } from '../../ari/face.ts'
import { callIdOf, type Entry, type MessageName, readEntry, readMessageName } from '../ids.ts'
import type { KnownCall, LineFacts } from '../ports.ts'
import { MINUTE } from '../../../platform/time/duration.ts'
import { fetchWhole, type MessageDeps, storeMessage } from './messages.ts'
import { sweepTexts, type TextEntry, textEntries } from './texts.ts'
import { giveUpUnwritten, isUnwritten } from './unwritten.ts'

export type SweepDeps = MessageDeps & {
  instance: string
  /** Opens what the dialplan wrote. */
  journalKey: string
  findLine: (did: string) => LineFacts | undefined
  /** A call of this process that is going on, or whose facts have not all reached the database. */
  isOurs: (callId: string) => boolean
  /** A flow is recording under this name, waits for the caller's word about it, or has told something that must arrive before it. */
  isHeld: (message: MessageName) => boolean
  /** What flows said of the messages they finished, by spool name; one that is stored is taken out. */
  notes: Map<string, MessageNote>
  /** Calls whose files could not be taken in so far. */
  stuck: Set<string>
  /** Asterisk or the database is not there: everything has to wait. */
  isAway: (error: unknown) => boolean
  log: Pick<Log, 'info' | 'error'>
}

/** A caller's three minutes, and the questions after them, on a process that we do not hear of. */
const LONGEST_ASKING_MS = 15 * MINUTE

export type MessageNote = { callId: string; leftAt: Date; isCutOff: boolean }

const { journal: JOURNAL, fallback: FALLBACK } = RECORDING_FOLDERS
type OfCall<T> = T & { callId: string }
type Spool = {
  /** Everything that was there, by name. */
  names: ReadonlySet<string>
  messages: OfCall<MessageName & { name: string }>[]
  fallbacks: OfCall<Entry>[]
  entries: OfCall<Entry>[]
  texts: TextEntry[]
  live: ReadonlySet<string>
  /** Calls of this process when the pass began: what is not known of them yet is on its way. */
  ours: ReadonlySet<string>
  known: Map<string, KnownCall>
}

/**
 * One pass. What cannot be done yet (call going on, line unknown, refused by Asterisk or the database) stays for the next.
 * @returns the names that were there when it began, and whether texts were left for the next pass
 * @throws when Asterisk or the database is away
 */
export async function sweep(deps: SweepDeps): Promise<{ names: ReadonlySet<string>; hasMore: boolean }> {
  const spool = await look(deps)
  for (const message of spool.messages) await orLeave(message.callId, deps, sweepMessage(message, spool, deps))
  for (const fallback of spool.fallbacks) await orLeave(fallback.callId, deps, sweepFallback(fallback, spool, deps))
  for (const entry of spool.entries) await orLeave(entry.callId, deps, sweepEntry(entry, spool, deps))
  const hasMore = await sweepTexts(spool.texts, deps)
  return { names: spool.names, hasMore }
}

/** One file that nobody can take in must not keep the others waiting. */
async function orLeave(callId: string, { isAway, stuck, services, log }: SweepDeps, work: Promise<void>): Promise<void> {
  const alert = { kind: 'spool-file-stuck', subject: callId }
  try {
    await work
    if (stuck.delete(callId)) await services.alerts.resolve(alert)
  } catch (error) {
    if (isAway(error)) throw error
    log.error({ callId, err: error }, 'a file in the spool could not be taken in')
    if (stuck.has(callId)) return
    stuck.add(callId)
    const message = messages.say('alert-spool-file-stuck', { call: callId })
    await services.alerts.raise({ ...alert, severity: 'critical', message })
  }
}

/** The files first, the legs second: a file whose leg is not there then is complete. */
async function look({ commands, services, isOurs }: SweepDeps): Promise<Spool> {
  const names = await commands.listStoredRecordings()
  const messages = names.flatMap((name) => {
    const message = readMessageName(name)
    return message ? [{ ...message, name }] : []
  })
  const [fallbacks = [], entries = []] = [FALLBACK, JOURNAL].map((folder) =>
    names.flatMap((name) => {
      const entry = readEntry(folder, name)
      return entry ? [{ ...entry, callId: callIdOf(entry.channelId) }] : []
    }),
  )
  const callIds = new Set([...messages, ...fallbacks, ...entries].map(({ callId }) => callId))
  const channels = callIds.size ? await commands.listChannels() : []
  // Before the database is asked: a call whose last fact arrives in between would be in neither, and pass for one nobody took.
  const ours = new Set([...callIds].filter(isOurs))
  const known = new Map(callIds.size ? await services.calls.findCalls([...callIds]) : [])
  return {
    names: new Set(names),
    messages,
    fallbacks,
    entries,
    texts: textEntries(names),
    live: new Set(channels.map(({ channelId }) => channelId)),
    ours,
    known,
  }
}

async function sweepMessage({ name, ...message }: Spool['messages'][number], spool: Spool, deps: SweepDeps): Promise<void> {
  const { callId, language: languageCode } = message
  if (deps.isHeld(message) || (await deps.commands.findLiveRecording(name))) return
  // Its facts are on their way to the database.
  if (!spool.known.has(callId) && (spool.ours.has(callId) || deps.isOurs(callId))) return
  const call = await knownCall(callId, spool, deps)
  if (!call) return deps.log.error({ callId }, 'a message in the spool belongs to no call')
  // Another process may be asking its caller about it; one that is gone has had its time.
  const isElsewhere = !call.isEnded && call.flow === 'inbound' && !spool.ours.has(callId)
  if (isElsewhere && deps.now().getTime() - call.startedAt.getTime() < LONGEST_ASKING_MS) return
  const { leftAt = call.startedAt, isCutOff = false } = deps.notes.get(name) ?? {}
  await storeMessage(deps, { spoolName: name, callId, languageCode, leftAt, isCutOff })
  deps.notes.delete(name)
  await settle(callId, call, deps)
}

/** The dead-man timer brings callers here as well: their call is known already. */
async function sweepFallback(
  { key, channelId, callId, startedAt }: Spool['fallbacks'][number],
  spool: Spool,
  deps: SweepDeps,
): Promise<void> {
  if (spool.live.has(channelId) || spool.ours.has(callId) || deps.isOurs(callId)) return
  const call = await knownCall(callId, spool, deps)
  if (!call) return deps.log.error({ callId, channelId }, 'a message of the dialplan belongs to no call')
  const line = deps.findLine(call.did)
  const languageCode = call.languageCode ?? line?.fixedLanguageCode ?? line?.languageCodes[0]
  if (languageCode === undefined) return
  await storeMessage(deps, { spoolName: `${FALLBACK}/${key}`, callId, languageCode, leftAt: startedAt, isCutOff: false })
  await settle(callId, call, deps)
}

async function sweepEntry({ key, channelId, callId }: Spool['entries'][number], spool: Spool, deps: SweepDeps): Promise<void> {
  if (spool.live.has(channelId) || spool.ours.has(callId) || deps.isOurs(callId)) return
  // Its message, if it is still there, needs this entry.
  const hasMessage = spool.names.has(`${FALLBACK}/${key}`) || spool.messages.some((message) => message.callId === callId)
  if (hasMessage && !spool.known.get(callId)?.isEnded) return
  const call = await knownCall(callId, spool, deps)
  if (!call) return
  if (isUnsettled(call)) {
    await deps.services.callbacks.recordMissedCall({ callId, at: deps.now() })
    await settle(callId, call, deps)
  }
  await deps.commands.deleteStoredRecording(`${JOURNAL}/${key}`)
}

/** The call's row; made from the dialplan's journal when no service lived to write it. Undefined when that cannot be read. */
async function knownCall(callId: string, spool: Spool, deps: SweepDeps): Promise<KnownCall | undefined> {
  const known = spool.known.get(callId)
  if (known) return known
  const entry = spool.entries.find((each) => each.callId === callId)
  const facts = entry && (await openEntry(entry, deps))
  const line = facts && deps.findLine(facts.did)
  if (!entry || !facts || !line) return undefined
  const { channelId, startedAt } = entry
  const { did } = line
  await deps.services.calls.recordArrived({
    callId,
    channelId,
    direction: 'inbound',
    flow: 'fallback',
    did,
    callerE164: facts.callerNumber,
    startedAt,
    instance: deps.instance,
  })
  deps.log.info({ callId, channelId }, 'a call that no service took')
  const call = { flow: 'fallback', did, languageCode: null, startedAt, isEnded: false }
  spool.known.set(callId, call)
  return call
}

async function openEntry({ key, callId }: Spool['entries'][number], deps: SweepDeps) {
  const { commands, journalKey, log } = deps
  const file = await fetchWhole(commands, `${JOURNAL}/${key}`)
  if (file && isUnwritten(file)) return giveUpUnwritten(`${JOURNAL}/${key}`, deps)
  try {
    return file && openJournalEntry(file.toString('latin1'), journalKey)
  } catch (error) {
    if (!(error instanceof UnreadableEntry)) throw error
    log.error({ callId, trouble: error.message }, 'an entry of the dialplan’s journal cannot be read')
    return undefined
  }
}

/** A call that the dialplan took alone, and whose message or missed call may not be in the database yet. */
const isUnsettled = ({ flow, isEnded }: KnownCall) => flow === 'fallback' && !isEnded

async function settle(callId: string, call: KnownCall, { services, now }: SweepDeps): Promise<void> {
  if (!isUnsettled(call)) return
  await services.calls.endCall({ callId, at: now(), reason: 'completed' })
  call.isEnded = true
}
