/**
 * How long messages may be, by the room on the disk they are recorded to. Looked at beside the calls, every second or two: no call
 * waits for a disk. Told to the calls, and to the dialplan for the time when nobody is here.
 */
import { MESSAGE_SECONDS_VARIABLE } from '../../../asterisk-config/names.ts'
import { SECOND } from '../../platform/time/duration.ts'
import type { AriLink, Log } from '../ari/face.ts'
import { MAX_MESSAGE_SECONDS, messageSecondsFor } from '../flow/message-limit.ts'
import type { Sessions } from './sessions.ts'
import type { StartTimer } from './timers.ts'

export type RoomWatch = {
  /** Of a message that begins now; 0: there is no room for one. */
  readonly messageSeconds: number
  /** Tells Asterisk how long the messages may be that it takes without us: at each connection, for one that was restarted has forgotten. */
  tellDialplan(): Promise<void>
  /** Resolves after the first look. */
  start(): Promise<void>
  stop(): void
}

type Options = {
  /** Bytes that may be filled with messages; of disks that cannot be seen from here, Infinity. */
  spareBytes: () => Promise<number>
  sessions: Pick<Sessions, 'all'>
  link: Pick<AriLink, 'commands' | 'state'>
  startTimer: StartTimer
  log: Pick<Log, 'warn'>
}

const EVERY_MS = 1.5 * SECOND
/** Of one message. */
const BYTES_UNTIL_NEXT_LOOK = 32_000
/** Nobody stops what the dialplan records when the disk is full after all: so it shares the room as if so many came at once. */
const FALLBACK_OTHERS = 20

export function createRoomWatch({ spareBytes, sessions, link, startTimer, log }: Options): RoomWatch {
  let room = { messageSeconds: MAX_MESSAGE_SECONDS, fallbackSeconds: MAX_MESSAGE_SECONDS }
  let isStopped = false
  let stopTimer = () => {}
  let hasFailed = false

  const tellDialplan = async () => {
    if (link.state !== 'connected') return
    const told = link.commands.setGlobalVariable(MESSAGE_SECONDS_VARIABLE, String(room.fallbackSeconds))
    await told.catch((error: unknown) => log.warn({ err: error }, 'the dialplan could not be told how long messages may be'))
  }
  const changeTo = (next: typeof room) => {
    const { messageSeconds } = next
    if (messageSeconds !== room.messageSeconds) {
      for (const one of sessions.all()) if (one.flow.flow === 'inbound') one.dispatch({ type: 'roomChanged', messageSeconds })
    }
    log.warn(next, 'messages may be of another length now, by the room on the disk')
    room = next
    void tellDialplan()
  }
  const look = async () => {
    try {
      const spare = await spareBytes()
      hasFailed = false
      const recording = sessions.all().filter(({ flow }) => flow.at === 'recording')
      const others = recording.length
      if (spare < recording.length * BYTES_UNTIL_NEXT_LOOK) for (const one of recording) one.dispatch({ type: 'roomGone' })
      const next = {
        messageSeconds: messageSecondsFor({ spareBytes: spare, others }),
        fallbackSeconds: messageSecondsFor({ spareBytes: spare, others: others + FALLBACK_OTHERS }),
      }
      const isSame = next.messageSeconds === room.messageSeconds && next.fallbackSeconds === room.fallbackSeconds
      if (!isSame && !isStopped) changeTo(next)
    } catch (error) {
      // What was known last stays: a disk that cannot be asked may still be written to.
      if (!hasFailed) log.warn({ err: error }, 'the room for messages could not be looked at')
      hasFailed = true
    }
    if (!isStopped) stopTimer = startTimer(EVERY_MS, () => void look())
  }
  return {
    get messageSeconds() {
      return room.messageSeconds
    },
    tellDialplan,
    start: look,
    stop: () => {
      isStopped = true
      stopTimer()
    },
  }
}
