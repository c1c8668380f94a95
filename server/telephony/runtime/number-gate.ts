/**
 * Calls that come in and are our own checks: they hear what any caller would hear first, and are hung up. Of them nothing is written
 * down, no agent is rung and nobody is called back.
 *
 *   our number shows as the caller ──▶ held: answered, waiting for the keys ──the right token──▶ speaking ──said──▶ hung up
 *                                        │ hung up, no token in time
 *                                        ▼
 *                                      an ordinary call
 *
 * A caller's number is anybody's word, so it only makes us listen for the keys; the token decides. Looped calls bring it along in a
 * variable that the dialplan alone can set.
 */
import { RECORDING_FOLDERS } from '../../../asterisk-config/names.ts'
import { SECOND } from '../../platform/time/duration.ts'
import { AriError } from '../ari/errors.ts'
import type { ChannelFacts, TelephonyEvent } from '../ari/events.ts'
import type { AriCommands, Log } from '../ari/face.ts'
import { advanceInbound, newInbound } from '../flow/inbound.ts'
import type { Prompt } from '../flow/types.ts'
import { type CallsDeps, lineForFlow, openInbound } from './open-calls.ts'
import { callIdOf } from './ids.ts'
import type { LineFacts } from './ports.ts'
import type { SoundFinder } from './sound-finder.ts'
import type { StartTimer } from './timers.ts'

export type NumberGate = {
  /** @returns whether the call is, or may be, one of ours: then it is taken care of */
  take(arrived: Arrived): boolean
  /** @returns whether the event was about a call that is held here */
  hear(event: TelephonyEvent): boolean
}
export type Arrived = { channel: ChannelFacts; line: LineFacts; entry: string; token: string | undefined }

type Deps = {
  commands: AriCommands
  calls: CallsDeps
  sounds: SoundFinder
  /** Whether it is one of our own numbers, in any form. */
  isOurNumber: (callerNumber: string) => boolean
  /** Whether these keys are a check's of that number, once. */
  recogniseCall: (came: { token: string; countryId: string; kind: LineFacts['kind'] }) => Promise<boolean>
  startTimer: StartTimer
  now: () => Date
  log: Log
}
type Held = Arrived & { at: 'held' | 'speaking'; keys: string; stopTimer: () => void }

/** Longer than a check listens: its hang-up comes first, and no agent is rung for it. */
const KEYS_SECONDS = 20
const LONGEST_SECONDS = 40
/** From the last key to the first word: the other side begins to listen when the keys are sent. */
const BREATH_MS = 700
const TOKEN = /\*([0-9]{8})$/

export function createNumberGate(deps: Deps): NumberGate {
  const { commands, calls, startTimer, log } = deps
  const held = new Map<string, Held>()

  const put = (call: Arrived) => {
    const { channelId } = call.channel
    const entry: Held = { ...call, at: 'held', keys: '', stopTimer: () => {} }
    held.set(channelId, entry)
    return entry
  }
  const drop = (call: Held) => {
    call.stopTimer()
    held.delete(call.channel.channelId)
  }
  /** What fails on a call that is over needs no repair; it ends by its timers otherwise. */
  const attempt = async (call: Held, work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof AriError)) throw error
      log.warn({ channelId: call.channel.channelId, trouble: error.message }, 'a check of a number broke off')
    }
  }
  const hangUp = (call: Held, reason: 'normal' | 'busy') => {
    drop(call)
    return attempt(call, () => commands.hangUp(call.channel.channelId, reason))
  }
  /** Not ours after all: an ordinary call, whose caller has waited a little, or has hung up. */
  const letIn = (call: Held, hasHungUp: boolean) => {
    drop(call)
    openInbound(calls, call.channel, call.line)
    if (hasHungUp) calls.sessions.find(callIdOf(call.channel.channelId))?.legEnded('caller')
  }
  const speak = async (call: Held) => {
    call.at = 'speaking'
    const { channelId } = call.channel
    call.stopTimer()
    call.stopTimer = startTimer(LONGEST_SECONDS * SECOND, () => void hangUp(call, 'normal'))
    // The journal would have it called back.
    if (call.entry) await commands.deleteStoredRecording(`${RECORDING_FOLDERS.journal}/${call.entry}`)
    const prompts = openingOf(call.line, deps.now())
    if (!prompts) return hangUp(call, 'busy')
    await commands.setVariables(channelId, { 'TIMEOUT(absolute)': String(LONGEST_SECONDS + 10), RB_CHECK: '1' })
    await commands.answer(channelId)
    const paths = await Promise.all(prompts.map((prompt) => deps.sounds.find(prompt, call.line.languageCodes)))
    const media = paths.flat().map((path) => `sound:${path}`)
    startTimer(BREATH_MS, () => {
      if (held.get(channelId) !== call) return
      void attempt(call, () => commands.play(channelId, media, playbackIdOf(channelId)))
    })
  }
  const look = async (call: Held, token: string) => {
    const isOurs = await deps.recogniseCall({ token, countryId: call.line.countryId, kind: call.line.kind }).catch((error: unknown) => {
      // The database is away: then it is a call like any other, and nothing of it is lost.
      log.warn({ err: error }, 'a check could not be recognised')
      return false
    })
    if (held.get(call.channel.channelId) !== call) return
    if (isOurs) await attempt(call, () => speak(call))
    else if (call.token !== undefined) await hangUp(call, 'normal')
  }
  const listen = async (call: Held) => {
    const { channelId } = call.channel
    call.stopTimer = startTimer(KEYS_SECONDS * SECOND, () => letIn(call, false))
    await commands.setVariables(channelId, { 'TIMEOUT(absolute)': String(KEYS_SECONDS + 10) })
    await commands.answer(channelId)
  }

  return {
    take(arrived) {
      const { channel, line, token } = arrived
      if (held.has(channel.channelId)) return true
      if (token === undefined && !deps.isOurNumber(channel.callerNumber)) return false
      const callId = callIdOf(channel.channelId)
      if (calls.sessions.find(callId) || calls.sessions.hasEnded(callId)) return false
      const call = put(arrived)
      if (token !== undefined) void look(call, token)
      // Refused like anybody's; and ourselves we do not ring back.
      else if (line.answeringMode === 'ring-and-hang-up') void hangUp(call, 'busy')
      else void attempt(call, () => listen(call))
      return true
    },
    hear(event) {
      if (event.type === 'playbackFinished') {
        const call = [...held.values()].find(({ channel }) => playbackIdOf(channel.channelId) === event.playbackId)
        if (call) void hangUp(call, 'normal')
        return call !== undefined
      }
      const call = 'channelId' in event && event.channelId !== undefined ? held.get(event.channelId) : undefined
      if (!call) return false
      if (event.type === 'digitPressed' && call.at === 'held') {
        call.keys = (call.keys + event.digit).slice(-9)
        const [, token] = TOKEN.exec(call.keys) ?? []
        if (token !== undefined) void look(call, token)
      }
      if (event.type === 'hangupRequested' || event.type === 'left' || event.type === 'destroyed') {
        if (call.at === 'held' && call.token === undefined) letIn(call, true)
        else drop(call)
      }
      return true
    },
  }
}

const playbackIdOf = (channelId: string) => `check-${callIdOf(channelId)}`

/** What a caller whom we could ring back hears first; undefined when such a one is refused unheard. */
function openingOf(line: LineFacts, now: Date): Prompt[] | undefined {
  const { effects } = advanceInbound(newInbound(), { type: 'arrived', line: { ...lineForFlow(line, '', now), canCallBack: true } })
  const opening = effects.find((effect) => effect.type === 'play')
  // Secrets are a caller's own, and come later.
  return opening?.prompts.filter((sound): sound is Prompt => 'name' in sound)
}
