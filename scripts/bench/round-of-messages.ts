/** So many callers who all speak at the same moment, each a message of their own, and what is asked of what was kept of it. */
import { setTimeout as pause } from 'node:timers/promises'
import { correlate } from '../../server/platform/audio/correlate.ts'
import { readWav, SAMPLE_RATE } from '../simulator/audio/wav.ts'
import { speak } from '../simulator/audio/speech.ts'
import { FRAME_MS, type SpeakingCall, SpeakingCallers } from './speaking-callers.ts'

export type Speaker = { call: SpeakingCall; message: Int16Array; hasSpoken: boolean }
export type Round = {
  callers: SpeakingCallers
  extension: string
  /** How many speak together. */
  count: number
  /** What they are told before they speak. */
  promptsMs: number
  signal: AbortSignal
}

/** New calls a second. */
const PER_SECOND = 20
/** From the last call on: the prompts, and what a busy machine adds. */
const ASKED_WITHIN_MS = 20_000
const SAME_SOUND = 0.8

/** The messages are three seconds of digits that nobody else says. */
export async function messagesFor(count: number): Promise<Int16Array[]> {
  const messages: Int16Array[] = []
  for (let index = 0; index < count; index++) {
    messages.push(readWav(await speak([...String((index + 1011) * 7919 * 104_729).slice(0, 8)].join(' '), 'vi')))
  }
  return messages
}

/** All ring, listen, and speak until the last of them has spoken; then they say what they are saying to its end and hang up. */
export async function speakTogether({ callers, extension, count, promptsMs, signal }: Round): Promise<Speaker[]> {
  const messages = await messagesFor(count)
  const speakers: Speaker[] = []
  for (const message of messages) {
    speakers.push({ call: callers.ring(extension, message), message, hasSpoken: false })
    startThoseWhoMay(callers, speakers, promptsMs)
    await pause(1000 / PER_SECOND, undefined, { signal })
  }
  const until = performance.now() + promptsMs + ASKED_WITHIN_MS
  const isWaiting = ({ call, hasSpoken }: Speaker) => !hasSpoken && !call.isHungUp
  while (speakers.some(isWaiting) && performance.now() < until) {
    startThoseWhoMay(callers, speakers, promptsMs)
    await pause(FRAME_MS, undefined, { signal })
  }
  await Promise.all(speakers.map(({ call }) => callers.finish(call)))
  for (const { call } of speakers) callers.hangUp(call)
  return speakers
}

function startThoseWhoMay(callers: SpeakingCallers, speakers: readonly Speaker[], promptsMs: number): void {
  for (const speaker of speakers) {
    if (speaker.hasSpoken || !SpeakingCallers.isAskedToSpeak(speaker.call, promptsMs)) continue
    speaker.hasSpoken = true
    callers.speak(speaker.call)
  }
}

/** Nothing is missing of what was spoken, and each second of the message is there, undamaged. */
export function isWhole(recording: Int16Array, { call, message }: Speaker): boolean {
  const recordedMs = (recording.length * 1000) / SAMPLE_RATE
  if (recordedMs < call.spokenMs * 0.98 - 100) return false
  const pieces = Array.from({ length: Math.floor(message.length / SAMPLE_RATE) }, (_, second) =>
    message.subarray(second * SAMPLE_RATE, (second + 1) * SAMPLE_RATE),
  )
  return pieces.every((piece) => correlate(recording, piece).score >= SAME_SOUND)
}
