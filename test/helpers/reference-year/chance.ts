/** Chance with a seed: the same seed draws the same, on every machine. */
export type Chance = {
  /** 0 up to 1. */
  next(): number
  /** 0 up to `below`, whole. */
  below(below: number): number
  /** One of the keys, as often as its weight is of all. */
  pick<T extends string>(weights: Readonly<Record<T, number>>): T
}

/** Mulberry32: 32 bits of state, good enough to deal out lives. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    next,
    below: (below) => Math.floor(next() * below),
    pick: (weights) => {
      const entries = Object.entries(weights) as [keyof typeof weights, number][]
      const all = entries.reduce((sum, [, weight]) => sum + weight, 0)
      let left = next() * all
      for (const [key, weight] of entries) if ((left -= weight) < 0) return key
      return entries.at(-1)![0]
    },
  }
}
