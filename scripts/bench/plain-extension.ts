/** The yardstick: an extension of the same Asterisk that writes the very same journal entry and answers, all by dialplan. */
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export const PLAIN_EXTENSION = 'plain'

export type Yardstick = {
  /** Of the Asterisk. */
  folder: string
  ariUrl: string
  authorization: string
  /** Where the carrier's calls arrive. */
  context: string
  /** Sets RB_DID and is answered by the service. */
  did: string
  /** What is played once the call is answered, as the hotline does: absolute, without the ending. */
  sound: string
}

/** Adds it to the dialplan of a running Asterisk. Its entries go to a folder of their own: the service would look for their calls. */
export async function addPlainExtension({ folder, ariUrl, authorization, context, did, sound }: Yardstick): Promise<void> {
  const file = join(folder, 'extensions.conf')
  const recordings = join(folder, 'spool/recording')
  const journal = journalLines(await readFile(file, 'utf8')).map((line) => line.replace(`${recordings}/journal/`, `${recordings}/bench/`))
  await mkdir(join(recordings, 'bench'))
  const lines = [`[${context}](+)`, `exten => ${PLAIN_EXTENSION},1,Set(RB_DID=${did})`, ...journal, ' same => n,Answer()']
  await appendFile(file, `\n${[...lines, ` same => n,Playback(${sound})`, ' same => n,Hangup()'].join('\n')}\n`)
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
