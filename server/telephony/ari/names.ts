/**
 * The patterns that ids, names and addresses have to fit before they reach ARI, and before what ARI says reaches us. None
 * of them can hold a quote, a line break, `&`, `$` or a step up the folder tree: Asterisk gives those a meaning.
 */
import { BadName } from './errors.ts'

/** What our services call to each other over Asterisk. */
export const SERVICE_WORDS = { ask: 'ringback-there', answer: 'ringback-here' } as const

const patterns = {
  /** Channels, bridges, playbacks: our UUIDs, Asterisk's `1763938865.42`, `…;2` for the far half of a Local channel. */
  id: /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}(?:;[12])?$/,
  /** At most one folder: `fb/1763938865-1763938865.42`. */
  recording: /^(?:[A-Za-z0-9_-]{1,32}\/)?[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?!\.)){0,159}$/,
  application: /^[a-z0-9][a-z0-9-]{0,63}$/,
  /** An application that takes calls: one of our services. */
  service: /^ringback-[0-9]{1,6}$/,
  endpoint: /^(?:PJSIP|Local)\/(?:[A-Za-z0-9+@_/:-]|\.(?!\.)){1,160}$/,
  media: /^(?:sound|recording|digits|number|characters|tone):(?:[A-Za-z0-9_/:;=+-]|\.(?!\.)){1,300}$/,
  /** A variable, or one of the functions we use: `TIMEOUT(absolute)`, `PJSIP_HEADER(add,X-Case)`. Others run commands, read files. */
  variable: /^(?:_{0,2}[A-Za-z][A-Za-z0-9_]{0,63}|(?:CALLERID|CHANNEL|CONNECTEDLINE|PJSIP_HEADER|TIMEOUT)\([A-Za-z0-9_,-]{1,64}\))$/,
  /** Where a text goes and whom it is from: a number, in the form its carrier wants, at an address. */
  textTo:
    /^pjsip:[a-z][a-z0-9-]{1,80}\/sip:\+?[0-9]{7,15}@(?:[A-Za-z0-9.-]{1,120}|\[[0-9a-fA-F:.]{2,45}\]):[0-9]{1,5}(?:;transport=(?:tcp|tls))?$/,
  textFrom: /^sip:\+?[0-9]{7,15}@(?:[A-Za-z0-9.-]{1,120}|\[[0-9a-fA-F:.]{2,45}\])$/,
  caller: /^[A-Za-z0-9+ ._-]{1,40}$/,
  digit: /^[0-9A-D*#]$/,
  /** What an application is told of a leg that arrives: words, separated by commas. */
  arguments: /^[A-Za-z0-9+_.:,-]{0,200}$/,
  formats: /^[a-z0-9]+(?:,[a-z0-9]+){0,5}$/,
  /** A dialplan context or extension. */
  dialplan: /^[A-Za-z0-9_+-]{1,80}$/,
  /** A pushed object or its attribute. */
  config: /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}$/,
}

export type NameKind = keyof typeof patterns

export function fits(kind: NameKind, value: unknown): value is string {
  return typeof value === 'string' && patterns[kind].test(value)
}

/** @throws BadName, which names the kind and not the value */
export function mustFit(operation: string, kind: NameKind, ...values: Array<string | undefined>): void {
  for (const value of values) if (value !== undefined && !fits(kind, value)) throw new BadName(operation, kind)
}
