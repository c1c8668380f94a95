/** One measurement: a file of test/bench exports it as `bench`, and the file's name is its name. */
export interface Bench {
  /** One line for the list. */
  summary: string
  /** @param log for what a person watches meanwhile; the result is printed by the caller @param parts named after it, for one that has parts */
  run(log: (line: string) => void, signal: AbortSignal, parts: readonly string[]): Promise<BenchResult>
}

export interface BenchResult {
  /** Units in the keys: `p99Ms`, `coldSeconds`. */
  figures: Record<string, number>
  /** Ours against the yardstick of the same run; null when there is none. */
  ratio: number | null
  /** One sentence. */
  goal: string
  holds: boolean
}
