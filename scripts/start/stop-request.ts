// One Ctrl-C may arrive more than once within moments: from the terminal, from npm, and as the launcher's dying wish.
const SAME_PRESS_MS = 1000

export interface StopRequest {
  /** Aborts with the first signal. */
  signal: AbortSignal
  /** Resolves with the first signal. */
  requested: Promise<void>
  /** Called for each further signal that is a request of its own: whoever sends it does not want to wait. */
  onHurry: (listener: () => void) => void
}

/** Turns SIGINT and SIGTERM into one request to stop, and a second one into a request to hurry. */
export function listenForStop(): StopRequest {
  const controller = new AbortController()
  const hurryListeners: (() => void)[] = []
  let lastAt = -Infinity
  const onSignal = () => {
    const isSamePress = performance.now() - lastAt < SAME_PRESS_MS
    lastAt = performance.now()
    if (isSamePress) return
    if (controller.signal.aborted) for (const listener of hurryListeners) listener()
    controller.abort()
  }
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal)
  const requested = new Promise<void>((resolve) => controller.signal.addEventListener('abort', () => resolve(), { once: true }))
  return { signal: controller.signal, requested, onHurry: (listener) => void hurryListeners.push(listener) }
}
