/** A supervisor's live board, open all year: what tells the simulated agents that their worker is on the line. */
import { once } from 'node:events'
import WebSocket from 'ws'
import type { Board, BoardChange } from '../../../server/domains/live-board/contract.ts'

type Frame = { type: 'snapshot'; data: Board } | { type: 'change'; data: BoardChange } | { type: 'resumed' | 'refused' }
export type BoardReader = {
  callback: (row: Board['callbacks'][number]) => void
  agent: (agent: Board['agents'][number]) => void
}
export type OpenBoard = {
  /** Times it was cut off and opened again. */
  reopened: () => number
  frames: () => number
  close(): void
}

export async function openBoard(url: string, cookie: string, reader: BoardReader): Promise<OpenBoard> {
  let [reopened, frames, isClosing] = [0, 0, false]
  let socket: WebSocket
  const open = async () => {
    socket = new WebSocket(`${url.replace(/^http/, 'ws')}/live`, { headers: { cookie }, origin: url })
    socket.on('message', (data) => {
      frames++
      read(JSON.parse((data as Buffer).toString()) as Frame)
    })
    socket.on('close', () => {
      if (isClosing) return
      reopened++
      // What happened meanwhile is in the next snapshot.
      void open()
    })
    // It closes as well.
    socket.on('error', () => {})
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'subscribe', topic: 'board' }))
  }
  const read = (frame: Frame) => {
    if (frame.type === 'snapshot') {
      frame.data.callbacks.forEach(reader.callback)
      frame.data.agents.forEach(reader.agent)
    }
    if (frame.type !== 'change') return
    if (frame.data.kind === 'callback') reader.callback(frame.data.callback)
    if (frame.data.kind === 'agent') reader.agent(frame.data.agent)
  }
  await open()
  return {
    reopened: () => reopened,
    frames: () => frames,
    close: () => {
      isClosing = true
      socket.close()
    },
  }
}
