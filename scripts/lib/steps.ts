import { SetupProblem } from './setup-problem.ts'

const SILENT_MS = 1000
const REPEAT_MS = 10_000

/** One line on stderr: stdout belongs to what the command is for. */
export function announce(text: string): void {
  process.stderr.write(`[setup] ${text}\n`)
}

/** The same for what happens once the product is up. */
export function tell(text: string): void {
  process.stderr.write(`[ringback] ${text}\n`)
}

/**
 * Runs one named part of a start. What takes longer than a second is announced, repeated every ten, and closed with its
 * time; what is quick leaves one line only when `quiet` is not set.
 */
export async function step<T>(name: string, work: () => Promise<T>, { quiet = false } = {}): Promise<T> {
  const startedAt = performance.now()
  const elapsedMs = () => performance.now() - startedAt
  const first = setTimeout(() => announce(`${name} …`), SILENT_MS)
  const repeat = setInterval(() => announce(`${name} … ${(elapsedMs() / 1000).toFixed(0)} s`), REPEAT_MS)
  try {
    const result = await work()
    if (!quiet || elapsedMs() > SILENT_MS) announce(`${name}: ${(elapsedMs() / 1000).toFixed(1)} s`)
    return result
  } finally {
    clearTimeout(first)
    clearInterval(repeat)
  }
}

/** Prints what a person can act on as one sentence, and anything else whole. @returns the exit code */
export function report(error: unknown): number {
  if (error instanceof SetupProblem) announce(error.message)
  else console.error(error)
  return 1
}
