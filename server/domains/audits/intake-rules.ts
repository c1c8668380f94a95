/** What arrives sealed from an auditor's phone: read, judged, and in which words it is refused. */
import type { AuditRow } from './contract.ts'

/** As in web/src/intake/seal.ts: an envelope opens for this visit, entry, key and auditor alone. */
export type EntryBinding = { auditId: string; entryId: string; keyId: string; auditorUserId: string }

export function entryContext({ auditId, entryId, keyId, auditorUserId }: EntryBinding): string {
  return `ringback:intake-entry:1:${keyId}:${auditId}:${entryId}:${auditorUserId}`
}

/** Why an entry is not on the list. The sentence is for the auditor's phone and the supervisor: it never repeats what was entered. */
export type Reason = { code: string; message: string }

export const visitClosed: Reason = {
  code: 'audit-closed',
  message: 'The visit was closed before this worker arrived. A supervisor can open it again and put the worker on the list.',
}
export const notReadable: Reason = {
  code: 'entry-unreadable',
  message: 'This entry was made by another version of the page and cannot be read. Ask the worker again if you can.',
}
export const languageNotServed: Reason = {
  code: 'language-not-served',
  message: 'The worker’s language is not served in this country any more. A supervisor can add it and try again.',
}

/** What can be said about a visit before its entry is opened; null: go on. */
export function refusalOf(status: AuditRow['status']): Reason | null {
  return status === 'open' ? null : visitClosed
}

/** JSON with spaces behind it, or undefined. */
export function parseEntry(plain: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain)) as unknown
  } catch (error) {
    // Only what the phone wrote decides here; both kinds mean the same to whoever must act.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
    return undefined
  }
}
