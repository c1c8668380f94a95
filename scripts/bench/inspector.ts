/** Asks a running Node process about its memory, over its own inspector: the product itself has no door for that. */
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** NODE_OPTIONS of the process to be asked: nothing listens until it is asked for. */
export const inspectable = (port: number) => `--inspect-port=127.0.0.1:${port}`

export type HeapBytes = { rss: number; heapUsed: number; heapTotal: number; external: number; arrayBuffers: number }
export type Inspector = {
  /** After a full collection. */
  collected(): Promise<HeapBytes>
  close(): void
}

const ANSWER_MS = 60_000

/** @param port the one it was started with */
export async function openInspector(pid: number, port: number): Promise<Inspector> {
  process.kill(pid, 'SIGUSR1')
  const socket = new WebSocket(await addressOf(port))
  await once(socket, 'open')
  let serial = 0
  const ask = async (method: string, params: object = {}): Promise<Record<string, unknown>> => {
    const id = ++serial
    socket.send(JSON.stringify({ id, method, params }))
    for (;;) {
      const [data] = (await once(socket, 'message', { signal: AbortSignal.timeout(ANSWER_MS) })) as [Buffer]
      const message = JSON.parse(data.toString()) as { id?: number; result?: Record<string, unknown>; error?: { message: string } }
      if (message.error) throw new Error(`${method}: ${message.error.message}`)
      if (message.id === id) return message.result ?? {}
    }
  }
  return {
    collected: async () => {
      // What the first round finalises, the second frees.
      for (let round = 0; round < 2; round++) await ask('HeapProfiler.collectGarbage')
      const { result } = await ask('Runtime.evaluate', { expression: 'process.memoryUsage()', returnByValue: true })
      return (result as { value: HeapBytes }).value
    },
    close: () => socket.terminate(),
  }
}

async function addressOf(port: number): Promise<string> {
  for (let tries = 1; ; tries++) {
    try {
      const reply = await fetch(`http://127.0.0.1:${port}/json/list`)
      const [target] = (await reply.json()) as { webSocketDebuggerUrl: string }[]
      if (target) return target.webSocketDebuggerUrl
    } catch (error) {
      // It opens a moment after the signal.
      if (tries === 50) throw error
    }
    await pause(100)
  }
}
