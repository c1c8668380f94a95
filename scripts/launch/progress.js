const REPEAT_MS = 10_000

/** One line on stderr, so that the output of the script that follows stays its own. @param {string} text */
export function announce(text) {
  process.stderr.write(`[setup] ${text}\n`)
}

/**
 * Tells that a step has begun, every ten seconds that it still runs, and how long it took.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function showProgress(name, work) {
  const startedAt = performance.now()
  const elapsed = () => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`
  announce(`${name} …`)
  const repeat = setInterval(() => announce(`${name} … ${elapsed()}`), REPEAT_MS)
  try {
    const result = await work()
    announce(`${name}: done in ${elapsed()}`)
    return result
  } finally {
    clearInterval(repeat)
  }
}
