/**
 * One line per fact, object first: `log.info({ callId, from, to }, 'call moved')`. Ids only.
 * The last guard is `maskNumbers` over each finished line: what looks like a phone number does not leave the process,
 * whoever put it there (a library's message, an address in an error).
 */
import { pino, type DestinationStream, type Logger } from 'pino'

export type Log = Logger
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

const SECRET_KEYS = ['password', 'token', 'cookie', 'authorization', 'secret', 'phone', 'phoneE164', 'e164', 'callerNumber', 'alias']

/** @param destination where lines go; stdout when absent */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError, error: describeError },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[hidden]' },
      hooks: { streamWrite: maskJsonStrings },
    },
    destination ?? pino.destination(1),
  )
}

/**
 * What a log may say of an error. Postgres puts row values into `detail`, `where` and `parameters`, so only named fields pass.
 */
export function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, constraint, table, syscall } = error as Error & Record<'code' | 'constraint' | 'table' | 'syscall', unknown>
  const cause = error.cause === undefined ? undefined : describeError(error.cause)
  return { type: error.name, message: error.message, code, constraint, table, syscall, stack: error.stack, cause }
}

// More digits after a date or an address: a number that only began like one.
const ENDS_HERE = String.raw`(?![\s().\-/]{0,2}\p{Nd})`
const KEPT = [
  String.raw`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`, // ids
  String.raw`(?:19|20)\d{2}-[01]\d-[0-3]\d(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?` + ENDS_HERE, // dates and instants
  String.raw`(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}` + ENDS_HERE, // IPv4 addresses
  String.raw`\b1\d{9}\.\d{1,9}\b`, // Asterisk's unique ids: epoch.sequence
  String.raw`\b(?=[0-9a-f]*[a-f])[0-9a-f]{16,}\b`, // hashes and ids in hex
]
// Seven or more digits of any script, with the separators people write between them.
const NUMBER = /\+?\p{Nd}(?:[\s().\-/]{0,2}\p{Nd}){6,}/u
const SCAN = new RegExp(`(${KEPT.join('|')})|${NUMBER.source}`, 'giu')

/** Replaces everything that looks like a phone number (7 digits or more) by `[number]`; ids, dates and addresses stay. */
export function maskNumbers(text: string): string {
  return text.replace(SCAN, (match: string, kept: string | undefined) => (kept === undefined ? '[number]' : match))
}

/** `maskNumbers` for the strings of a JSON text; bare numbers, such as durations, stay. */
export function maskJsonStrings(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"/g, maskNumbers)
}
