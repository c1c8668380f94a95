import { createCipheriv, createDecipheriv } from 'node:crypto'

/** A call the dialplan wrote down before offering it to the service. */
export interface JournalEntry {
  /** Our number that was called, E.164. */
  did: string
  /** Digits, perhaps with +, as the carrier sent them: not checked. Null when withheld. */
  callerNumber: string | null
}

/** A text message the dialplan wrote down. */
export interface SpooledText {
  did: string
  /** The sender as SIP names it, such as `<sip:+88017…@carrier>`: not checked. */
  from: string
  /** One text may arrive twice; its Call-ID is the same. */
  callId: string
  body: string
  /** The same as it came, UTF-8 or not. */
  bodyBytes: Buffer
  /** True when the sender wrote more than reached us: Asterisk empties bodies of 1,024 bytes and more. */
  isCutOff: boolean
}

/** The file is not what the dialplan writes with this key, or is not finished. */
export class UnreadableEntry extends Error {
  readonly code = 'unreadable-entry'
}

/**
 * Opens a file of `journal/`.
 * @param content the file's text, line end included
 * @param journalKey the 16 characters Asterisk was configured with
 * @throws UnreadableEntry
 */
export function openJournalEntry(content: string, journalKey: string): JournalEntry {
  const [callerNumber, did, ...more] = open(content, journalKey).split('|')
  if (!did || !/^\+[0-9]+$/.test(did) || more.length > 0) throw new UnreadableEntry('a journal entry has no number of ours')
  return { did, callerNumber: callerNumber || null }
}

/**
 * Opens a file of `text/`; parameters as openJournalEntry.
 * @throws UnreadableEntry
 */
export function openSpooledText(content: string, journalKey: string): SpooledText {
  const [did, from, callId, sentBytes, body, ...more] = open(content, journalKey).split('|')
  if (!did || from === undefined || callId === undefined || body === undefined || more.length > 0) {
    throw new UnreadableEntry('a spooled text has missing parts')
  }
  // The dialplan puts one sign before the body, for base64 of nothing is an error there.
  const bodyBytes = Buffer.from(body, 'base64').subarray(1)
  return {
    did,
    from: fromBase64(from),
    callId: fromBase64(callId),
    body: bodyBytes.toString('utf8'),
    bodyBytes,
    isCutOff: isBodyLost(Number(sentBytes), bodyBytes.length),
  }
}

/** Asterisk takes the line breaks off the end of a text: so many bytes fewer than announced are nothing lost. */
const MOST_LINE_BREAKS = 8

/** Whether a text reached us empty, or cut. @param announcedBytes its Content-Length */
export function isBodyLost(announcedBytes: number, arrivedBytes: number): boolean {
  return announcedBytes - arrivedBytes > MOST_LINE_BREAKS
}

const NONCE = 16

/**
 * The dialplan can only do AES-128 block by block (ECB), which shows equal blocks. So each file has a key of its own:
 * its 16 random digits, encrypted, are the key (first 16 characters of the base64) of what follows them.
 */
function open(content: string, journalKey: string): string {
  const line = /^([0-9]{16})([A-Za-z0-9+/]+=*)\n$/.exec(content)
  if (!line?.[1] || !line[2]) throw new UnreadableEntry('a spooled file is unfinished or not ours')
  const cipher = createCipheriv('aes-128-ecb', journalKey, null).setAutoPadding(false)
  const fileKey = cipher.update(line[1], 'latin1', 'base64').slice(0, NONCE)
  const sealed = Buffer.from(line[2], 'base64')
  if (sealed.length % NONCE !== 0) throw new UnreadableEntry('a spooled file is unfinished')
  const plain = createDecipheriv('aes-128-ecb', fileKey, null).setAutoPadding(false).update(sealed).toString('latin1')
  // Asterisk fills the last block with zero bytes.
  return plain.replace(/\0+$/, '')
}

const fromBase64 = (text: string) => Buffer.from(text, 'base64').toString('utf8')
