export type WantedRange = { kind: 'all' } | { kind: 'part'; start: number; end: number } | { kind: 'unsatisfiable' }

/**
 * What a Range header asks for. One range of bytes is understood; anything else gets the whole, as RFC 9110 allows.
 * @returns `end` is the first byte not wanted
 */
export function wantedRange(header: string | undefined, byteLength: number): WantedRange {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '')
  if (!match || (!match[1] && !match[2])) return { kind: 'all' }
  const [, first, last] = match
  const start = first ? Number(first) : Math.max(0, byteLength - Number(last))
  const end = first && last ? Math.min(byteLength, Number(last) + 1) : byteLength
  return start < end ? { kind: 'part', start, end } : { kind: 'unsatisfiable' }
}
