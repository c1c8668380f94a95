/** The yardsticks: extensions of the same Asterisk that write the very same journal entry and then do what the hotline does, all by dialplan. */
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const PLAIN_EXTENSION = 'plain'
/** A folder of their own: the service would look for the calls of what lies in its own. */
export const BENCH_FOLDER = 'bench'

export type Yardstick = {
  /** Of the Asterisk. */
  folder: string
  ariUrl: string
  authorization: string
  /** Where the carrier's calls arrive. */
  context: string
  /** Sets RB_DID and is answered by the service. */
  did: string
  /** Its name. */
  extension: string
  /** Applications of the dialplan, in order, after the journal's entry; files of sound are absolute, without the ending. */
  steps: readonly string[]
}

/** Where Asterisk keeps what it records. */
export const recordingsOf = ({ folder }: { folder: string }) => join(folder, 'spool/recording')

/** Adds it to the dialplan of a running Asterisk. */
export async function addExtension({ folder, ariUrl, authorization, context, did, extension, steps }: Yardstick): Promise<void> {
  const file = join(folder, 'extensions.conf')
  const recordings = recordingsOf({ folder })
  const own = (line: string) => line.replace(`${recordings}/journal/`, `${recordings}/${BENCH_FOLDER}/`)
  const journal = journalLines(await readFile(file, 'utf8')).map(own)
  await mkdir(join(recordings, BENCH_FOLDER), { recursive: true })
  const lines = [`[${context}](+)`, `exten => ${extension},1,Set(RB_DID=${did})`, ...journal, ...steps.map((step) => ` same => n,${step}`)]
  await appendFile(file, `\n${lines.join('\n')}\n`)
  await reloadDialplan(ariUrl, authorization)
}

/** From the caller's number to the entry's write, as they stand in [inbound]. */
function journalLines(extensions: string): string[] {
  const lines = extensions.split('\n')
  const first = lines.findIndex((line) => line.startsWith(' same => n,Set(CALLERID(num)=${FILTER('))
  const last = lines.findIndex((line) => line.includes('/journal/${RB_ENTRY}') && line.includes('AES_ENCRYPT'))
  if (first < 0 || last < first) throw new Error("the journal's lines are not where they were in extensions.conf")
  return lines.slice(first, last + 1).filter((line) => line.startsWith(' same'))
}

async function reloadDialplan(ariUrl: string, authorization: string): Promise<void> {
  const reply = await fetch(`${ariUrl}/asterisk/modules/pbx_config.so`, { method: 'PUT', headers: { authorization } })
  if (!reply.ok) throw new Error(`the dialplan was not read again: ${reply.status}`)
}
