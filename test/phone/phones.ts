import { onTestFinished } from 'vitest'
import { createPhone, type Phone, type PhoneOptions } from '../helpers/phone/index.ts'

/** A phone that is closed when the test ends. */
export async function phoneForTest(options: PhoneOptions): Promise<Phone> {
  const phone = await createPhone(options)
  onTestFinished(() => phone.close())
  return phone
}

/** A worker's phone and an agent's phone that have each other's address. */
export async function twoPhones(
  worker: Partial<PhoneOptions> = {},
  agent: Partial<PhoneOptions> = {},
): Promise<{ worker: Phone; agent: Phone }> {
  return {
    worker: await phoneForTest({ address: '127.0.0.2', user: 'worker', ...worker }),
    agent: await phoneForTest({ address: '127.0.0.3', user: 'agent', ...agent }),
  }
}
