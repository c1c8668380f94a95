/**
 * One project per test tier, each a folder under test/. The cheap tiers share two workers; then the real Asterisk runs, then
 * the real browser, two files at once each. With three the two cores, which this suite is sized for, are so busy that sound
 * has gaps and a prompt is not known again.
 */
import { defineConfig } from 'vitest/config'

const SECOND = 1000
const postgres = ['test/global-setup.ts']

/**
 * @property turn tiers of one turn run together, those of the next afterwards
 * @property isLive sound in real time: on a build server that others keep busy such a test is given a second try, and says so
 */
type Tier = { name: string; timeoutMs: number; setup?: string[]; turn?: number; isLive?: boolean }

const tiers: Tier[] = [
  { name: 'house', timeoutMs: 60 * SECOND },
  { name: 'rules', timeoutMs: 20 * SECOND },
  { name: 'flow', timeoutMs: 10 * SECOND },
  { name: 'phone', timeoutMs: 30 * SECOND, isLive: true },
  { name: 'scripts', timeoutMs: 60 * SECOND },
  { name: 'telephony', timeoutMs: 30 * SECOND },
  { name: 'db', timeoutMs: 30 * SECOND, setup: postgres },
  { name: 'http', timeoutMs: 30 * SECOND, setup: postgres },
  { name: 'asterisk', timeoutMs: 90 * SECOND, setup: postgres, turn: 1, isLive: true },
  { name: 'web', timeoutMs: 120 * SECOND, setup: postgres, turn: 2, isLive: true },
]

export const tierNames = tiers.map(({ name }) => name)

export default defineConfig({
  test: {
    passWithNoTests: true,
    // A test that hangs in its own clean-up must not hide: it gets as long as a slow stop of the product may take.
    teardownTimeout: 30 * SECOND,
    projects: tiers.map(({ name, timeoutMs, setup = [], turn = 0, isLive = false }) => ({
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        globalSetup: setup,
        pool: 'forks' as const,
        testTimeout: timeoutMs,
        retry: process.env.CI && isLive ? 1 : 0,
        hookTimeout: Math.max(timeoutMs, 60 * SECOND),
        maxWorkers: 2,
        maxConcurrency: 2,
        // What is waited for is not slow on purpose: a machine that is busy is given the time.
        expect: { poll: { timeout: 10 * SECOND } },
        sequence: { groupOrder: turn },
      },
    })),
  },
})
