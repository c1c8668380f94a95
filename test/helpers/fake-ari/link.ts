import { once, EventEmitter } from 'node:events'
import { createAriLink } from '../../../server/telephony/ari/link.ts'
import type { TelephonyEvent, TelephonyEventOf } from '../../../server/telephony/ari/events.ts'
import type { AriLink, AriLinkOptions, LinkTiming, RollCall } from '../../../server/telephony/ari/face.ts'

export type WatchedLink = AriLink & {
  /** What it has told so far, oldest first. */
  readonly events: readonly TelephonyEvent[]
  readonly rollCalls: readonly RollCall[]
  readonly disconnects: readonly string[]
  readonly logged: readonly { level: string; fields: object; message: string }[]
  /** The first event of that type, past or future. */
  eventOf<T extends TelephonyEvent['type']>(type: T): Promise<TelephonyEventOf<T>>
  /** Resolves when it has connected so many times. */
  connects(count?: number): Promise<void>
  /** Resolves when `fits` says so, asked again whenever the link has told something. */
  until(fits: () => boolean): Promise<void>
}

/** Short enough to wait for in a test, long enough for a busy machine. */
const QUICK: Partial<LinkTiming> = {
  commandDeadlineMs: 1500,
  recordDeadlineMs: 3000,
  fileIdleDeadlineMs: 1500,
  pingEveryMs: 1000,
  firstRetryMs: 10,
  longestRetryMs: 50,
}

type Wishes = Partial<Omit<AriLinkOptions, 'timing'>> & { instance?: string; timing?: Partial<LinkTiming> }

/** A link that writes down all it tells. Not started. */
export function watchedLink(ari: { url: string; user: string; password: string }, wishes: Wishes = {}): WatchedLink {
  const { instance = '1', timing = {}, ...rest } = wishes
  const events: TelephonyEvent[] = []
  const rollCalls: RollCall[] = []
  const disconnects: string[] = []
  const logged: WatchedLink['logged'][number][] = []
  const told = new EventEmitter().setMaxListeners(0)
  const note = (level: string) => (fields: object, message: string) => {
    logged.push({ level, fields, message })
    told.emit('something')
  }
  const link = createAriLink({
    url: ari.url,
    user: ari.user,
    password: ari.password,
    applications: { calls: `ringback-${instance}`, events: `events-${instance}` },
    rollCallVariables: ['RB_CALL'],
    log: { info: note('info'), warn: note('warn'), error: note('error') },
    timing: { ...QUICK, ...timing },
    ...rest,
  })
  link.on('event', (event) => void (events.push(event), told.emit('something')))
  link.on('connected', (rollCall) => void (rollCalls.push(rollCall), told.emit('something')))
  link.on('disconnected', (reason) => void (disconnects.push(reason), told.emit('something')))
  link.on('replaced', () => void told.emit('something'))

  const until = async (fits: () => boolean) => {
    while (!fits()) await once(told, 'something')
  }
  return Object.assign(link, {
    events,
    rollCalls,
    disconnects,
    logged,
    until,
    connects: (count = 1) => until(() => rollCalls.length >= count),
    async eventOf<T extends TelephonyEvent['type']>(type: T) {
      await until(() => events.some((event) => event.type === type))
      return events.find((event) => event.type === type) as TelephonyEventOf<T>
    },
  })
}
