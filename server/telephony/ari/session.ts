/**
 * One connection to Asterisk, from the API description to the roll-call:
 *
 *   describe ──▶ open socket ──▶ subscribe, filter ──▶ roll-call ──▶ deliver … ──▶ lost
 *                   │ events are kept from here ──────────▲ then delivered in order
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AriClient } from './client.ts'
import { loadClient } from './client.ts'
import { decode, unusedTypes } from './decode.ts'
import { AriRefused, ChannelGone } from './errors.ts'
import type { TelephonyEvent } from './events.ts'
import type { AriCommands, AriLinkOptions, LinkCounters, LinkTiming, Log, RollCall } from './face.ts'
import type { AriHttp } from './http.ts'
import { openEventSocket } from './socket.ts'
import type { EventSocket } from './socket.ts'

/** What we want of phones and texts. More would double each call's events, once per application. */
const PHONE_EVENTS = ['TextMessageReceived', 'PeerStatusChange']
/** A roll-call that lets this many events pile up has failed. */
const MOST_KEPT_EVENTS = 50_000

export type SessionDeps = {
  options: AriLinkOptions
  timing: LinkTiming
  authorization: string
  http: AriHttp
  commands: AriCommands
  counters: LinkCounters
  /** The commands use this client from now on. */
  onClient: (client: AriClient) => void
  onConnected: (rollCall: RollCall) => void
  onEvent: (event: TelephonyEvent) => void
  onReplaced: () => void
}

/**
 * Connects, then runs until the connection is lost.
 * @param signal ends it
 * @returns why it was lost
 * @throws AriRefused, AriUnreachable, or the socket's own error, when it could not connect
 */
export async function runSession(deps: SessionDeps, signal: AbortSignal): Promise<string> {
  const { options, timing, authorization, http, counters } = deps
  const ari = await loadClient(options.url, (request) => http.send(request))
  deps.onClient(ari)

  const inbox = createInbox(counters, (event) => receive(event, deps, ari))
  const socket = openEventSocket({
    url: options.url,
    authorization,
    applications: Object.values(options.applications),
    openDeadlineMs: timing.commandDeadlineMs,
    pingEveryMs: timing.pingEveryMs,
    unansweredPings: timing.unansweredPings,
    onFrame: (frame) => {
      const replaced = inbox.take(frame)
      if (replaced) deps.onReplaced()
      if (inbox.overflowing()) socket.close()
    },
  })
  const close = () => socket.close()
  const ended = new AbortController()
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  try {
    await socket.opened
    await orLost(socket, filterEvents(ari, options))
    const hasPhones = await orLost(socket, subscribeToPhones(ari, options))
    if (!hasPhones) void keepSubscribingToPhones(ari, options, timing.longestRetryMs, ended.signal)
    deps.onConnected(await orLost(socket, takeRollCall(deps.commands, ari, options)))
    inbox.deliver()
    return await socket.lost
  } finally {
    ended.abort()
    signal.removeEventListener('abort', close)
    socket.close()
  }
}

/** What was read over a connection that is gone by now is not worth telling. */
async function orLost<Result>(socket: EventSocket, work: Promise<Result>): Promise<Result> {
  const lost = socket.lost.then((reason): never => {
    throw new Error(reason)
  })
  return Promise.race([work, lost])
}

/** Keeps events back until the roll-call has been told, then lets them through in the order they came. */
function createInbox(counters: LinkCounters, onEvent: (event: TelephonyEvent) => void) {
  let kept: TelephonyEvent[] | undefined = []
  return {
    /** @returns true when the frame says that another process has taken our name */
    take(frame: string | undefined): boolean {
      const decoded = decode(frame)
      if (decoded.kind === 'dropped') counters.dropped[decoded.why] += 1
      if (decoded.kind === 'event') {
        counters.events += 1
        if (kept) kept.push(decoded.event)
        else onEvent(decoded.event)
      }
      return decoded.kind === 'replaced'
    },
    overflowing: () => kept !== undefined && kept.length > MOST_KEPT_EVENTS,
    deliver() {
      for (const event of kept ?? []) onEvent(event)
      kept = undefined
    },
  }
}

function receive(event: TelephonyEvent, deps: SessionDeps, ari: AriClient): void {
  if (event.type === 'arrived') void subscribeToLeg(ari, event.application, event.channelId, deps.options.log)
  deps.onEvent(event)
}

/** Without it an inbound leg's last event would be `left`, and how it ended (`destroyed`) would never be told. */
async function subscribeToLeg(ari: AriClient, applicationName: string, channelId: string, log: Log): Promise<void> {
  try {
    await ari.applications.subscribe({ applicationName, eventSource: `channel:${channelId}` })
  } catch (error) {
    // 422: the caller has hung up meanwhile. Anything else costs this leg its cause of hang-up, not the call.
    if (error instanceof AriRefused && error.status === 422) return
    log.warn({ channelId, trouble: String(error) }, 'leg has no end event')
  }
}

async function filterEvents(ari: AriClient, { applications }: AriLinkOptions): Promise<void> {
  const types = (names: string[]) => names.map((type) => ({ type }))
  await ari.applications.filter({ applicationName: applications.calls, filter: { disallowed: types(unusedTypes) } })
  await ari.applications.filter({ applicationName: applications.events, filter: { allowed: types(PHONE_EVENTS) } })
}

/**
 * Events of phones and texts. Asterisk refuses (422) as long as it knows no PJSIP endpoint at all, which must not keep
 * calls from being taken.
 * @returns whether it was granted
 */
async function subscribeToPhones(ari: AriClient, { applications, log }: AriLinkOptions): Promise<boolean> {
  try {
    await ari.applications.subscribe({ applicationName: applications.events, eventSource: 'endpoint:PJSIP' })
    return true
  } catch (error) {
    if (!(error instanceof AriRefused)) throw error
    log.warn({ trouble: error.message }, 'no events of phones and texts yet')
    return false
  }
}

async function keepSubscribingToPhones(ari: AriClient, options: AriLinkOptions, everyMs: number, ended: AbortSignal): Promise<void> {
  const quiet = { ...options, log: { ...options.log, warn: () => undefined } }
  while (!ended.aborted) {
    // Rejects when the connection has ended, which the loop sees for itself.
    await sleep(everyMs, undefined, { signal: ended }).catch(() => undefined)
    // Unreachable now may be reachable in the next round; the websocket tells when Asterisk is really gone.
    if (!ended.aborted && (await subscribeToPhones(ari, quiet).catch(() => false))) return
  }
}

async function takeRollCall(commands: AriCommands, ari: AriClient, options: AriLinkOptions): Promise<RollCall> {
  const [application, channels, storedRecordings, asterisk] = await Promise.all([
    ari.applications.get({ applicationName: options.applications.calls }),
    commands.listChannels(),
    storedOrNone(commands, options.log),
    commands.info(),
  ])
  const ours = channels.filter((channel) => application.channel_ids.includes(channel.channelId))
  const withVariables = await Promise.all(
    ours.map(async (channel) => {
      try {
        return [{ ...channel, variables: await commands.getVariables(channel.channelId, options.rollCallVariables) }]
      } catch (error) {
        if (!(error instanceof ChannelGone)) throw error
        return []
      }
    }),
  )
  return { channels: withVariables.flat(), storedRecordings, asterisk }
}

/** Calls come first: a recording folder that Asterisk cannot read must not keep the service from answering. */
async function storedOrNone(commands: AriCommands, log: Log): Promise<string[]> {
  try {
    return await commands.listStoredRecordings()
  } catch (error) {
    if (!(error instanceof AriRefused)) throw error
    log.error({ trouble: error.message }, 'stored recordings cannot be listed')
    return []
  }
}
