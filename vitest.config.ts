/**
 * One project per test tier, each a folder under test/. The cheap tiers share two workers; then the real Asterisk runs
 * alone, then the real browser, one file at a time: both would fill the two cores this suite is sized for.
 */
import { defineConfig } from 'vitest/config'

const SECOND = 1000
const postgres = ['test/global-setup.ts']

type Tier = { name: string; timeoutMs: number; setup?: string[]; alone?: number }

const tiers: Tier[] = [
  { name: 'house', timeoutMs: 60 * SECOND },
  { name: 'rules', timeoutMs: 10 * SECOND },
  { name: 'flow', timeoutMs: 10 * SECOND },
  { name: 'phone', timeoutMs: 15 * SECOND },
  { name: 'scripts', timeoutMs: 60 * SECOND },
  { name: 'telephony', timeoutMs: 20 * SECOND },
  { name: 'db', timeoutMs: 20 * SECOND, setup: postgres },
  { name: 'http', timeoutMs: 20 * SECOND, setup: postgres },
  { name: 'asterisk', timeoutMs: 90 * SECOND, setup: postgres, alone: 1 },
  { name: 'web', timeoutMs: 120 * SECOND, setup: postgres, alone: 2 },
]

export const tierNames = tiers.map(({ name }) => name)

export default defineConfig({
  test: {
    passWithNoTests: true,
    // A test that hangs in its own clean-up must not hide: it gets as long as a slow stop of the product may take.
    teardownTimeout: 30 * SECOND,
    projects: tiers.map(({ name, timeoutMs, setup = [], alone = 0 }) => ({
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        globalSetup: setup,
        pool: 'forks' as const,
        testTimeout: timeoutMs,
        hookTimeout: Math.max(timeoutMs, 60 * SECOND),
        maxWorkers: alone ? 1 : 2,
        sequence: { groupOrder: alone },
      },
    })),
  },
})
