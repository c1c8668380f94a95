/**
 * The names by which calls, legs, playbacks and recordings find each other, also after a restart: each can be computed from,
 * or read back to, the call. None of them holds a phone number.
 */
import { createHash } from 'node:crypto'

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'

/**
 * The id of the call that came in on a channel. Computed, so that a call the database has never heard of (the process died
 * first, or the dialplan took it alone) gets the same id from every process that meets its traces.
 * NOTE: unique as long as channels are; several Asterisks on one database need different `systemname`s.
 */
export function callIdOf(channelId: string): string {
  const hash = createHash('sha256').update(`call:${channelId}`).digest('hex')
  // Version 8 of RFC 9562: a UUID made by one's own rule.
  return [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-')
}

/**
 * The worker's leg has the attempt's own id, so that a second dial collides with the first; the agent's is beside it. Over the
 * attempt's second trunk, and later ones, it has one of that trunk's place.
 * NOTE: Asterisk 22.10 takes an id for used when it begins that of a living channel: `<id>-agent` would keep `<id>` from being made.
 */
export const workerChannelId = (callId: string, nthTrunk = 1) => (nthTrunk === 1 ? callId : `worker-${nthTrunk}-${callId}`)
export const agentChannelId = (callId: string) => `agent-${callId}`
export const interpreterChannelId = (callId: string) => `interpreter-${callId}`
/** An agent rung for a caller who waits; `nth` counts them. The number stands before the call, so that no id begins another. */
export const heldAgentChannelId = (callId: string, nth: number) => `agent-${nth}-${callId}`
/** What an agent's phone shows of a caller who waits. */
export const callReference = (callId: string) => `CALL-${callId.slice(0, 4).toUpperCase()}`
/** NOTE: never a leg's id as well: Asterisk keeps one list of what an application listens to, and would drop the leg's events. */
export const bridgeId = (callId: string) => `bridge-${callId}`
const OUTBOUND_LEG = new RegExp(`^(?:agent-(?:\\d+-)?|interpreter-|worker-\\d+-)?(${UUID})$`)
const HELD_AGENT_LEG = new RegExp(`^agent-\\d+-${UUID}$`)
export const isHeldAgentLeg = (channelId: string) => HELD_AGENT_LEG.test(channelId)
export const isOutboundLeg = (channelId: string) => OUTBOUND_LEG.test(channelId)
/** The call a leg belongs to, whether we made the leg or it came in. */
export const callOfChannel = (channelId: string) => OUTBOUND_LEG.exec(channelId)?.[1] ?? callIdOf(channelId)

export const playbackId = (callId: string, step: number) => `${callId}.${step}`
const PLAYBACK = new RegExp(`^(${UUID})\\.(\\d+)$`)
export function readPlaybackId(id: string): { callId: string; step: number } | undefined {
  const [, callId, step] = PLAYBACK.exec(id) ?? []
  return callId === undefined ? undefined : { callId, step: Number(step) }
}

/** A message that a flow records: its name alone says whose it is and in which language, whoever finds the file. */
export type MessageName = { callId: string; language: string; step: number }
export const messageName = ({ callId, language, step }: MessageName) => `vm-${callId}-${language}-${step}`
const MESSAGE = new RegExp(`^vm-(${UUID})-([a-z]{2,3})-(\\d+)$`)
export function readMessageName(name: string): MessageName | undefined {
  const [, callId, language, step] = MESSAGE.exec(name) ?? []
  return callId === undefined || language === undefined ? undefined : { callId, language, step: Number(step) }
}

/** What the dialplan leaves of a call, `journal/1763938865_1763938865-42` and the message beside it in `fb/`. */
export type Entry = { key: string; channelId: string; startedAt: Date }
const ENTRY_KEY = /^(\d{9,11})_(.+)-(\d+)$/
/** @param folder `journal` or `fb`; undefined for names of other folders or shapes */
export function readEntry(folder: string, name: string): Entry | undefined {
  if (!name.startsWith(`${folder}/`)) return undefined
  const key = name.slice(folder.length + 1)
  const [, epochSeconds, unique, serial] = ENTRY_KEY.exec(key) ?? []
  if (epochSeconds === undefined) return undefined
  return { key, channelId: `${unique}.${serial}`, startedAt: new Date(Number(epochSeconds) * 1000) }
}
