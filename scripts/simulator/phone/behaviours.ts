import { setTimeout as wait } from 'node:timers/promises'
import type { IncomingCall } from './incoming-call.ts'

/*
 * Ready-made handlers for phone.onCall(...): what a telephone does when it is called.
 */

export type CallHandler = (call: IncomingCall) => void | Promise<void>

/** Rings, then answers. */
export function answers({ afterMs = 0 }: { afterMs?: number } = {}): CallHandler {
  return async (call) => {
    call.ring()
    await wait(afterMs)
    await call.answer()
  }
}

/** Refuses with a SIP status, e.g. 486 busy, 603 rejected, 404 unknown number, 480 switched off, 503 no line. */
export function rejects(status: number, { afterMs = 0, q850 }: { afterMs?: number; q850?: number } = {}): CallHandler {
  return async (call) => {
    if (afterMs > 0) {
      call.ring()
      await wait(afterMs)
    }
    call.reject(status, q850)
  }
}

/** Rings until the caller gives up. */
export function ringsForever(): CallHandler {
  return (call) => call.ring()
}

/** Sends nothing but 100 Trying until the caller gives up. */
export function staysSilent(): CallHandler {
  return () => {}
}

/** Early media (183 with audio), as networks announce "this number is not in use", then a refusal. */
export function announces(sound: string | Int16Array, status: number): CallHandler {
  return async (call) => {
    await call.progress()
    await call.play(sound)
    call.reject(status)
  }
}
