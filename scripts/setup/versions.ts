/** 24 security fixes came in the half year before it: older ones are not started. */
export const OLDEST_ASTERISK = '22.10.1'

/** The number in what `asterisk -V` prints, such as `Asterisk 22.10.1~dfsg+~cs6.15-1`; undefined when there is none. */
export function parseAsteriskVersion(printed: string): string | undefined {
  return /^Asterisk\s+(?:certified[/-])?(\d+\.\d+(?:\.\d+)?)/m.exec(printed)?.[1]
}

/** Compares dotted numbers part by part; a missing part counts as 0. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [have, need] = [version, oldest].map((text) => text.split('.').map(Number)) as [number[], number[]]
  for (let part = 0; part < Math.max(have.length, need.length); part++) {
    const difference = (have[part] ?? 0) - (need[part] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}
