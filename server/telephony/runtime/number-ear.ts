/** The listening end of a check: rings a number of our own, records what it says, and hands the sound over. */
import { checkDial, checkVariables, outboundFormats, RECORDING_FOLDERS, splitCause } from '../../../asterisk-config/names.ts'
import type { CheckOrder, HeardCall, NumberTelephony } from '../../domains/watchdog/ports.ts'
import { monotonicMs } from '../../platform/time/clock.ts'
import { SECOND } from '../../platform/time/duration.ts'
import { AriError } from '../ari/errors.ts'
import type { TelephonyEvent } from '../ari/events.ts'
import type { AriCommands, Log, RollCall } from '../ari/face.ts'
import { fetchWhole } from './spool/messages.ts'
import type { StartTimer } from './timers.ts'

export type NumberEar = NumberTelephony & {
  hear(event: TelephonyEvent): void
  /** After every connect: what an earlier process left behind is put away. */
  connected(rollCall: RollCall): void
}

type Deps = { commands: AriCommands; startTimer: StartTimer; noteText: () => void; log: Pick<Log, 'warn'> }

const RING_SECONDS = 30
/** Besides ringing and listening: what Asterisk may take to say that something is over. */
const GRACE_MS = 5 * SECOND
const channelOf = (checkId: string) => `check-${checkId}`
const recordingOf = (checkId: string) => `${RECORDING_FOLDERS.check}/${checkId}`

type Happened = Extract<TelephonyEvent, { type: 'arrived' | 'destroyed' | 'recordingFinished' | 'recordingFailed' }>

export function createNumberEar({ commands, startTimer, noteText, log }: Deps): NumberEar {
  const listeners = new Map<string, (event: Happened) => void>()

  /** The first event of the leg that `wanted` takes; 'nothing' when the time is over. */
  const wait = (checkId: string, ms: number, wanted: (event: Happened) => boolean): Promise<Happened | 'nothing'> => {
    const { promise, resolve } = Promise.withResolvers<Happened | 'nothing'>()
    const stop = startTimer(ms, () => resolve('nothing'))
    listeners.set(checkId, (event) => {
      if (event.type === 'destroyed' || wanted(event)) resolve(event)
    })
    return promise.finally(() => {
      stop()
      listeners.delete(checkId)
    })
  }
  const listen = async ({ checkId, trunkId, lineKind, way, token, listenSeconds }: CheckOrder): Promise<HeardCall> => {
    const channelId = channelOf(checkId)
    const leg = { channelId, endpoint: checkDial(trunkId, lineKind, way), formats: outboundFormats, appArgs: 'check' }
    const beganMs = monotonicMs()
    const answered = wait(checkId, RING_SECONDS * SECOND + GRACE_MS, ({ type }) => type === 'arrived')
    // Not created and then dialled: such a leg stays in a bridge of Asterisk's own, where nothing can be recorded.
    await commands.originate({ ...leg, variables: checkVariables({ token }) }, RING_SECONDS)
    const up = await answered
    if (up === 'nothing') return { kind: 'refused', hangupCause: 19, sipStatus: null }
    if (up.type === 'destroyed') return { kind: 'refused', ...splitCause(up.cause) }
    const answeredAfterMs = Math.round(monotonicMs() - beganMs)
    const isOver = ({ type }: Happened) => type === 'recordingFinished' || type === 'recordingFailed'
    const heard = wait(checkId, listenSeconds * SECOND + GRACE_MS, isOver)
    // A limit of silence as long as the whole: silence is what we may have come to hear.
    await commands.record(channelId, recordingOf(checkId), { maxDurationSeconds: listenSeconds, maxSilenceSeconds: listenSeconds })
    const end = await heard
    if (end !== 'nothing' && end.type === 'recordingFailed')
      return { kind: 'not-made', reason: 'Asterisk could not record what was heard.' }
    const wav = (await fetchWhole(commands, recordingOf(checkId))) ?? Buffer.alloc(0)
    return { kind: 'heard', wav, answeredAfterMs }
  }
  /** Nothing of a check stays in Asterisk. */
  const putAway = async (checkId: string) => {
    for (const undo of [() => commands.hangUp(channelOf(checkId)), () => commands.deleteStoredRecording(recordingOf(checkId))]) {
      await undo().catch((error: unknown) => log.warn({ checkId, trouble: String(error) }, 'a check left something behind'))
    }
  }

  return {
    async ringNumber(order) {
      try {
        return await listen(order)
      } catch (error) {
        if (!(error instanceof AriError)) throw error
        log.warn({ checkId: order.checkId, trouble: error.message }, 'a check could not be made')
        return { kind: 'not-made', reason: 'Asterisk is away, or refused the call.' }
      } finally {
        listeners.delete(order.checkId)
        await putAway(order.checkId)
      }
    },
    async loopText({ checkId, trunkId, lineKind, body }) {
      const channelId = channelOf(checkId)
      const gone = wait(checkId, RING_SECONDS * SECOND, () => false)
      try {
        const leg = { channelId, endpoint: checkDial(trunkId, lineKind, 'text'), formats: outboundFormats, appArgs: 'check' }
        await commands.originate({ ...leg, variables: checkVariables({ text: body }) }, RING_SECONDS)
        await gone
        noteText()
        return true
      } catch (error) {
        if (!(error instanceof AriError)) throw error
        return false
      } finally {
        await commands.hangUp(channelId).catch(() => undefined)
      }
    },
    hear(event) {
      const checkId = checkOf(event)
      if (checkId !== undefined) listeners.get(checkId)?.(event as Happened)
    },
    connected({ channels, storedRecordings }) {
      const left = [
        ...channels.map(({ channelId }) => /^check-(.+)$/.exec(channelId)?.[1]),
        ...storedRecordings.map((name) =>
          name.startsWith(`${RECORDING_FOLDERS.check}/`) ? name.slice(RECORDING_FOLDERS.check.length + 1) : undefined,
        ),
      ]
      for (const checkId of new Set(left)) if (checkId !== undefined && !listeners.has(checkId)) void putAway(checkId)
    },
  }
}

function checkOf(event: TelephonyEvent): string | undefined {
  switch (event.type) {
    case 'arrived':
    case 'destroyed':
      return /^check-(.+)$/.exec(event.channelId)?.[1]
    case 'recordingFinished':
    case 'recordingFailed':
      return new RegExp(`^${RECORDING_FOLDERS.check}/(.+)$`).exec(event.name)?.[1]
    default:
      return undefined
  }
}
