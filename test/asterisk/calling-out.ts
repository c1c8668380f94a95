/** Calls out as the service makes them, without a service: what tests of the dialplan and of carriers need. */
import { randomUUID } from 'node:crypto'
import { type LineKind, outboundDial, outboundFormats, outboundVariables, splitCause } from '../../asterisk-config/names.ts'
import type { TelephonyEvent } from '../../server/telephony/ari/events.ts'
import type { AriLink } from '../../server/telephony/ari/face.ts'
import { createAriLink } from '../../server/telephony/ari/link.ts'
import type { TestAsterisk } from '../helpers/asterisk.ts'

/**
 * Resolves once it is connected. @param calls the application's name; unless a service's is given, calls that come in stay the
 * dialplan's
 */
export async function connectCaller({ ariUrl, ariUser, ariPassword }: TestAsterisk, calls = 'outbound-1'): Promise<AriLink> {
  const quiet = () => undefined
  const link = createAriLink({
    url: ariUrl,
    user: ariUser,
    password: ariPassword,
    applications: { calls, events: 'events-1' },
    rollCallVariables: [],
    log: { info: quiet, warn: quiet, error: quiet },
  })
  const connected = new Promise<void>((resolve) => link.on('connected', () => resolve()))
  link.start()
  await connected
  return link
}

export type CallOut = {
  channelId: string
  /** What Asterisk told of the ringing so far: RINGING, PROGRESS, ANSWER … */
  progress: string[]
  /** Rejects when it ended unanswered. */
  answered: Promise<void>
  /** Taken apart, as the service does. */
  ended: Promise<{ hangupCause: number; sipStatus: number | null }>
  hangUp(): Promise<void>
}

/** Dials a number over a trunk. @param options.ringSeconds given up after that @throws AriError when Asterisk does not take the order */
export async function callOut(
  link: AriLink,
  trunkId: string,
  number: string,
  { kind = 'callback', ringSeconds = 15 }: { kind?: LineKind; ringSeconds?: number } = {},
): Promise<CallOut> {
  const channelId = randomUUID()
  const progress: string[] = []
  const [made, answered, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), Promise.withResolvers<number>()]
  // Whoever waits for it sees it all the same.
  answered.promise.catch(() => undefined)
  const watch = (event: TelephonyEvent) => {
    if (!('channelId' in event) || event.channelId !== channelId) return
    if (event.type === 'arrived') made.resolve()
    if (event.type === 'dialProgress') progress.push(event.dialStatus)
    if (event.type === 'dialProgress' && event.dialStatus === 'ANSWER') answered.resolve()
    if (event.type !== 'destroyed') return
    answered.reject(new Error(`ended unanswered, cause ${event.cause}`))
    ended.resolve(event.cause)
  }
  link.on('event', watch)
  await link.commands.create({
    channelId,
    endpoint: outboundDial(trunkId, kind),
    formats: outboundFormats,
    variables: outboundVariables(number),
  })
  await made.promise
  await link.commands.dial(channelId, ringSeconds)
  return {
    channelId,
    progress,
    answered: answered.promise,
    ended: ended.promise.then(splitCause),
    hangUp: () => link.commands.hangUp(channelId).catch(() => undefined),
  }
}
