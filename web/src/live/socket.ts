import { sessionEnded } from '../api/http.ts'

/** What the service sends on /live. Sequences are per topic, without gaps; `epoch` changes when the service restarted. */
type Incoming =
  | { type: 'snapshot'; topic: string; sequence: number; epoch?: string; data: unknown }
  | { type: 'change'; topic: string; sequence: number; data: unknown }
  | { type: 'resumed'; topic: string; sequence: number }
  | { type: 'refused'; topic: string; code: string }

export type LiveTopicHandler = {
  onSnapshot(data: unknown): void
  onChange(data: unknown): void
  /** false while nothing newer can arrive: what is shown may be old. */
  onConnected(isConnected: boolean): void
}

const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 10_000
/** The service closed it with the session: see server/platform/live/socket.ts. */
const CLOSE_SESSION_ENDED = 4401

/**
 * Follows one topic for as long as it is open: reconnects for ever with growing pauses, asks to resume where it stopped,
 * and asks for a new snapshot when a number is missing.
 * @param options.resumes false: a snapshot at each connection, for what is true of a moment only
 * @returns how to stop following
 */
export function followTopic(topic: string, handler: LiveTopicHandler, { resumes = true } = {}): () => void {
  let socket: WebSocket | undefined
  let sequence: number | undefined
  let epoch: string | undefined
  let retryMs = FIRST_RETRY_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let isStopped = false

  const subscribe = (since?: number) =>
    socket?.send(JSON.stringify({ type: 'subscribe', topic, ...(since !== undefined && { since, epoch }) }))

  const receive = (message: Incoming) => {
    // 'resumed' says that what was missed follows as changes; 'refused' that the role may not: the page shows nothing then.
    if (message.topic !== topic || message.type === 'resumed' || message.type === 'refused') return
    if (message.type === 'snapshot') {
      epoch = message.epoch
      handler.onSnapshot(message.data)
    } else if (sequence !== undefined && message.sequence !== sequence + 1) {
      subscribe()
      return
    } else handler.onChange(message.data)
    sequence = message.sequence
    handler.onConnected(true)
  }

  const open = () => {
    socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/live`)
    socket.addEventListener('open', () => {
      retryMs = FIRST_RETRY_MS
      subscribe(resumes ? sequence : undefined)
      handler.onConnected(true)
    })
    socket.addEventListener('message', (event) => receive(JSON.parse(String(event.data)) as Incoming))
    socket.addEventListener('close', ({ code }) => {
      if (isStopped) return
      handler.onConnected(false)
      if (code === CLOSE_SESSION_ENDED) sessionEnded()
      timer = setTimeout(open, retryMs)
      retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
    })
  }

  open()
  return () => {
    isStopped = true
    clearTimeout(timer)
    socket?.close()
  }
}
