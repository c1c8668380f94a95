/**
 * One connection to Asterisk, from the API description to the roll-call:
 *
 *   describe ──▶ open socket ──▶ subscribe, filter ──▶ roll-call ──▶ deliver … ──▶ lost
 *                   │ events are kept from here ──────────▲ then delivered in order
 */
import type { AriClient } from './client.ts'
import { loadClient } from './client.ts'
import { decode } from './decode.ts'
import type { TelephonyEvent } from './events.ts'
import type { AriCommands, AriLinkOptions, LinkCounters, LinkTiming, RollCall } from './face.ts'
import type { AriHttp } from './http.ts'
import { openEventSocket } from './socket.ts'
import type { EventSocket } from './socket.ts'
import { takeRollCall } from './roll-call.ts'
import { filterEvents, keepSubscribingToPhones, subscribeToLeg, subscribeToPhones } from './subscriptions.ts'

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
    const rollCall = await orLost(socket, takeRollCall(deps.commands, ari, options))
    for (const { channelId } of rollCall.channels) void subscribeToLeg(ari, options.applications.calls, channelId, options.log)
    deps.onConnected(rollCall)
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

/** The event first: the caller waits for the answer that it brings about, and for no subscription. */
function receive(event: TelephonyEvent, deps: SessionDeps, ari: AriClient): void {
  deps.onEvent(event)
  if (event.type === 'arrived') void subscribeToLeg(ari, event.application, event.channelId, deps.options.log)
}
