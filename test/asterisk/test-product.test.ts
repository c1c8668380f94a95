import { afterAll, beforeAll, expect, test } from 'vitest'
import { signIn } from '../helpers/api.ts'
import { startTestProduct, type TestProduct } from '../helpers/product.ts'

let product: TestProduct

beforeAll(async () => {
  product = await startTestProduct({ postgres: 'own' })
})
afterAll(() => product?.stop())

test('killed with SIGKILL, the service comes back with everybody still signed in', async () => {
  const supervisor = await signIn(product, 'supervisor')
  await product.service.kill9()
  await product.service.start()
  expect((await supervisor.request('GET', '/api/session')).status).toBe(200)
})

test('while Postgres is away the service says so, and when it is back, that too', async () => {
  await product.postgres.stop()
  await expect.poll(readiness, { timeout: 15_000 }).toBe(503)
  await product.postgres.start()
  await expect.poll(readiness, { timeout: 15_000 }).toBe(200)
})

async function readiness(): Promise<number> {
  return (await fetch(`${product.url}/ready`)).status
}
