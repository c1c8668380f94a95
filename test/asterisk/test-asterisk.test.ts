import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestAsterisk, type TestAsterisk } from '../helpers/asterisk.ts'

let asterisk: TestAsterisk

beforeAll(async () => {
  asterisk = await startTestAsterisk()
})
afterAll(() => asterisk?.stop())

test('it is new enough to ship', async () => {
  const { system } = (await (await ask('info')).json()) as { system: { version: string } }
  expect(Number(system.version.split('.')[0])).toBeGreaterThanOrEqual(22)
})

test('frozen, it keeps its sockets and says nothing; thawed, it answers', async () => {
  await asterisk.freeze()
  await expect(ask('ping')).rejects.toThrow('timeout')
  asterisk.thaw()
  expect((await ask('ping')).status).toBe(200)
})

test.each(['TERM', 'KILL'] as const)('after SIG%s it comes back on the same address as another process', async (how) => {
  const before = asterisk.pid()
  await asterisk.restart({ how })
  expect((await ask('ping')).status).toBe(200)
  expect(asterisk.pid()).not.toBe(before)
})

test('with the product’s configuration it reports no error of its own', async () => {
  expect((await asterisk.log()).split('\n').filter((line) => line.includes('ERROR'))).toEqual([])
})

function ask(resource: string): Promise<Response> {
  const { ariUrl, ariUser, ariPassword } = asterisk
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  return fetch(`${ariUrl}/asterisk/${resource}`, { headers: { authorization }, signal: AbortSignal.timeout(1000) })
}
