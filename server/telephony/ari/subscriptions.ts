/** Which events Asterisk sends us. All of it is gone when Asterisk restarts, so each connection asks anew. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { AriClient } from './client.ts'
import { unusedTypes } from './decode.ts'
import { AriRefused, troubleOf } from './errors.ts'
import type { AriLinkOptions, Log } from './face.ts'

/** What we want of phones and texts. More would double each call's events, once per application. */
const PHONE_EVENTS = ['TextMessageReceived', 'PeerStatusChange']

/** Without it an inbound leg's last event would be `left`, and how it ended (`destroyed`) would never be told. */
export async function subscribeToLeg(ari: AriClient, applicationName: string, channelId: string, log: Log): Promise<void> {
  try {
    await ari.applications.subscribe({ applicationName, eventSource: `channel:${channelId}` })
  } catch (error) {
    // 422: the caller has hung up meanwhile. Anything else costs this leg its cause of hang-up, not the call.
    if (error instanceof AriRefused && error.status === 422) return
    log.warn({ channelId, trouble: troubleOf(error) }, 'leg has no end event')
  }
}

export async function filterEvents(ari: AriClient, { applications }: AriLinkOptions): Promise<void> {
  const types = (names: string[]) => names.map((type) => ({ type }))
  await ari.applications.filter({ applicationName: applications.calls, filter: { disallowed: types(unusedTypes) } })
  await ari.applications.filter({ applicationName: applications.events, filter: { allowed: types(PHONE_EVENTS) } })
}

/**
 * Events of phones and texts. Asterisk refuses (422) as long as it knows no PJSIP endpoint at all, which must not keep
 * calls from being taken.
 * @returns whether it was granted
 */
export async function subscribeToPhones(ari: AriClient, { applications }: AriLinkOptions): Promise<boolean> {
  try {
    await ari.applications.subscribe({ applicationName: applications.events, eventSource: 'endpoint:PJSIP' })
    return true
  } catch (error) {
    if (!(error instanceof AriRefused)) throw error
    return false
  }
}

export async function keepSubscribingToPhones(ari: AriClient, options: AriLinkOptions, everyMs: number, ended: AbortSignal): Promise<void> {
  options.log.warn({ applications: options.applications }, 'no events of phones and texts yet')
  while (!ended.aborted) {
    // Rejects when the connection has ended, which the loop sees for itself.
    await sleep(everyMs, undefined, { signal: ended }).catch(() => undefined)
    // Unreachable now may be reachable in the next round; the websocket tells when Asterisk is really gone.
    if (!ended.aborted && (await subscribeToPhones(ari, options).catch(() => false))) return
  }
}
