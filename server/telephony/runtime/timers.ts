/** Starts a timer; what it returns stops it. Tests hand in their own, so that three minutes pass in no time. */
export type StartTimer = (ms: number, fire: () => void) => () => void

export const startTimer: StartTimer = (ms, fire) => {
  const timer = setTimeout(fire, ms)
  return () => clearTimeout(timer)
}

/** What it comes to, or undefined when it takes longer. Real time, as `within`. */
export async function inTime<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), ms)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits for the work, but no longer than so long. Real time: it guards the start and stop of the process. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
