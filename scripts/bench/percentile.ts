/** The smallest of `values` that at least `percent` per cent of them do not exceed (nearest rank). @throws RangeError without values */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]
  if (value === undefined) throw new RangeError('no percentile of nothing')
  return value
}
