import { expect, it } from 'vitest'
import { addUp, countChecks, countTests, lastLine, type VitestReport } from '../../scripts/test/tally.ts'

const report = (part: Partial<VitestReport>): VitestReport => ({
  numPassedTests: 0,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [],
  ...part,
})

it('tests and checks add up to one line', () => {
  const checks = countChecks([
    { name: 'tsc', passed: true },
    { name: 'eslint', passed: false },
  ])
  const tests = countTests(report({ numPassedTests: 40, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 }), 1)
  expect(lastLine(addUp(checks, tests))).toBe('41 passed, 2 failed, 3 skipped')
})

it('nothing skipped is not mentioned', () => {
  expect(lastLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed')
})

it('a file that could not be loaded is a failure of its own', () => {
  const broken = { status: 'failed', assertionResults: [] }
  const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] }
  expect(countTests(report({ numPassedTests: 5, numFailedTests: 1, testResults: [broken, failing] }), 1).failed).toBe(2)
})

it('a run that ended badly is never counted as success', () => {
  expect(countTests(report({ numPassedTests: 5 }), 1).failed).toBe(1)
  expect(countTests(report({ numPassedTests: 5 }), null).failed).toBe(1)
  expect(countTests(undefined, 0).passed).toBe(0)
  expect(countTests(report({ numPassedTests: 5 }), 0)).toEqual({ passed: 5, failed: 0, skipped: 0 })
})
