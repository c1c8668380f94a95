import { expect, it, vi } from 'vitest'
import { supervise, type Part } from '../../scripts/lib/supervise.ts'

/** A part that lives until it is told to fall, and remembers whether it was stopped. */
function part() {
  const { promise: exited, resolve: fall } = Promise.withResolvers<number | null>()
  return { exited, fall, stop: vi.fn(async () => fall(0)) }
}

/** Starts what it is given, one after the other, on a clock whose waits are remembered and over at once. */
async function superviseInTest(name: string, starts: (() => Promise<Part>)[], { endlessWaits = false } = {}) {
  const lines: string[] = []
  const waits: number[] = []
  let nowMs = 0
  const wait = async (ms: number, signal: AbortSignal) => {
    waits.push(ms)
    if (endlessWaits) await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
    nowMs += ms
  }
  const start = vi.fn(async () => {
    const next = starts.shift()
    if (!next) throw new Error('one start too many')
    return next()
  })
  const supervised = await supervise({ name, log: (line) => lines.push(line), start, time: { nowMs: () => nowMs, wait } })
  return { supervised, lines, waits, start, later: (ms: number) => (nowMs += ms) }
}

it('a part that falls is started again, later each time', async () => {
  const [first, second, third] = [part(), part(), part()]
  const { supervised, lines, waits } = await superviseInTest('The service', [async () => first, async () => second, async () => third])

  first.fall(1)
  await vi.waitFor(() => expect(supervised.current()).toBe(second))
  second.fall(null)
  await vi.waitFor(() => expect(supervised.current()).toBe(third))

  expect(waits).toEqual([1000, 2000])
  expect(lines).toEqual([
    'The service ended (code 1); starting it again in 1 s',
    'The service is up again',
    'The service ended (by a signal); starting it again in 2 s',
    'The service is up again',
  ])
  await supervised.stop()
  expect(third.stop).toHaveBeenCalled()
})

it('a start that fails is tried again, up to every 30 s', async () => {
  const [first, last] = [part(), part()]
  const failing = Array.from({ length: 6 }, () => async () => Promise.reject(new Error('no room')))
  const { supervised, lines, waits } = await superviseInTest('Asterisk', [async () => first, ...failing, async () => last])

  first.fall(2)
  await vi.waitFor(() => expect(supervised.current()).toBe(last))
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  expect(lines[1]).toBe('Asterisk did not start (no room); starting it again in 2 s')
  await supervised.stop()
})

it('a part that was up for a minute is started at once again', async () => {
  const [first, second, third] = [part(), part(), part()]
  const { supervised, waits, later } = await superviseInTest('Asterisk', [async () => first, async () => second, async () => third])
  first.fall(1)
  await vi.waitFor(() => expect(supervised.current()).toBe(second))
  later(61_000)
  second.fall(1)
  await vi.waitFor(() => expect(supervised.current()).toBe(third))
  expect(waits).toEqual([1000, 1000])
  await supervised.stop()
})

it('after stop nothing is started any more, not even by a wait that was under way', async () => {
  const first = part()
  const { supervised, waits, start } = await superviseInTest('Postgres', [async () => first], { endlessWaits: true })
  first.fall(1)
  await vi.waitFor(() => expect(waits).toEqual([1000]))
  await supervised.stop()
  expect(start).toHaveBeenCalledTimes(1)
})

it('a part that came up while it was being stopped is stopped too', async () => {
  const [first, second] = [part(), part()]
  const { promise: slow, resolve: comeUp } = Promise.withResolvers<Part>()
  const { supervised, start } = await superviseInTest('Postgres', [async () => first, () => slow])
  first.fall(1)
  await vi.waitFor(() => expect(start).toHaveBeenCalledTimes(2))
  const stopped = supervised.stop()
  comeUp(second)
  await stopped
  expect(second.stop).toHaveBeenCalled()
})

it('a part that never came up is the caller’s to handle', async () => {
  await expect(superviseInTest('Asterisk', [async () => Promise.reject(new Error('wrong version'))])).rejects.toThrow('wrong version')
})
