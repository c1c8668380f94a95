/** Reading what Asterisk sent, which may be anything: each reader returns the type it names or throws Unfit. */
import type { ChannelFacts, ChannelState, Target } from './events.ts'
import { fits } from './names.ts'
import type { NameKind } from './names.ts'

/** `malformed`: not of the shape Asterisk describes · `refused`: a name outside our patterns, so none of ours. */
export class Unfit extends Error {
  readonly why: 'malformed' | 'refused'
  constructor(why: 'malformed' | 'refused', what: string) {
    super(`${what} is ${why}`)
    this.why = why
  }
}

export type Fields = Record<string, unknown>

export function fields(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Unfit('malformed', what)
  return value as Fields
}

export function list(value: unknown, what: string): unknown[] {
  if (!Array.isArray(value)) throw new Unfit('malformed', what)
  return value
}

/** Free text, cut at `longest` characters. */
export function text(value: unknown, what: string, longest = 64): string {
  if (typeof value !== 'string') throw new Unfit('malformed', what)
  return value.slice(0, longest)
}

export function textOr(fallback: string, value: unknown, longest = 64): string {
  return typeof value === 'string' ? value.slice(0, longest) : fallback
}

export function wholeNumber(value: unknown, what: string): number {
  if (!Number.isSafeInteger(value)) throw new Unfit('malformed', what)
  return value as number
}

export function wholeNumberOr<Fallback>(fallback: Fallback, value: unknown): number | Fallback {
  return Number.isSafeInteger(value) ? (value as number) : fallback
}

export function name(kind: NameKind, value: unknown): string {
  if (typeof value !== 'string') throw new Unfit('malformed', kind)
  if (!fits(kind, value)) throw new Unfit('refused', kind)
  return value
}

export function instant(value: unknown, what: string): Date {
  const at = new Date(text(value, what))
  if (Number.isNaN(at.getTime())) throw new Unfit('malformed', what)
  return at
}

const STATES: readonly ChannelState[] = [
  ...(['Down', 'Rsrved', 'OffHook', 'Dialing', 'Ring', 'Ringing', 'Up', 'Busy', 'Dialing Offhook', 'Pre-ring', 'Unknown'] as const),
]

export function channelState(value: unknown): ChannelState {
  return STATES.find((state) => state === value) ?? 'Unknown'
}

export function channelFacts(value: unknown): ChannelFacts {
  const channel = fields(value, 'channel')
  return {
    channelId: name('id', channel.id),
    state: channelState(channel.state),
    endpoint: endpointOf(text(channel.name, 'channel name', 160)),
    callerNumber: text(fields(channel.caller, 'caller').number, 'caller number'),
    calledNumber: text(fields(channel.dialplan, 'dialplan').exten, 'extension', 80),
    language: textOr('', channel.language),
    createdAt: instant(channel.creationtime, 'creation time'),
  }
}

/** Asterisk lists the queue of its text messages as a channel too. */
export function legFacts(value: unknown): ChannelFacts {
  const channel = channelFacts(value)
  if (channel.endpoint.startsWith('Message/')) throw new Unfit('refused', 'message queue')
  return channel
}

/** Legs and phones that are not named as ours are left out; a reply of another shape fails. */
export function thoseThatFit<Item>(reply: unknown, read: (item: unknown) => Item): Item[] {
  return list(reply, 'list').flatMap((item) => {
    try {
      return [read(item)]
    } catch (error) {
      if (error instanceof Unfit && error.why === 'refused') return []
      throw error
    }
  })
}

/** `PJSIP/trunk-bd-0000001f` → `PJSIP/trunk-bd` */
function endpointOf(channelName: string): string {
  return channelName.replace(/-[0-9a-f]{6,}(?:;[12])?$/, '')
}

/** `channel:1763938865.42` or `bridge:…` */
export function target(value: unknown): Target {
  const [kind, ...rest] = text(value, 'target', 200).split(':')
  const id = rest.join(':')
  return {
    channelId: kind === 'channel' ? name('id', id) : undefined,
    bridgeId: kind === 'bridge' ? name('id', id) : undefined,
  }
}
