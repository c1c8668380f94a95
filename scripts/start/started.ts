import { tell } from '../lib/steps.ts'

export interface Started {
  /** Remembers how to stop a part that is now running. */
  keep(name: string, stop: () => Promise<void>): void
  /** Stops everything, newest first, each one even when another fails. */
  stopAll(): Promise<void>
}

/** What has been started and must be stopped again, whether the start was finished or not. */
export function nothingStarted(): Started {
  const parts: { name: string; stop: () => Promise<void> }[] = []
  return {
    keep: (name, stop) => void parts.push({ name, stop }),
    stopAll: async () => {
      for (let part = parts.pop(); part; part = parts.pop()) {
        try {
          await part.stop()
        } catch (error) {
          tell(`${part.name} could not be stopped in order (${error instanceof Error ? error.message : String(error)})`)
        }
      }
    },
  }
}
