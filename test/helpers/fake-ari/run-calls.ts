/** A process for ari-faults.test.ts: runs a link, and answers each message with its heap in bytes. Arguments: url, user, password. */
import { setTimeout as sleep } from 'node:timers/promises'
import { createAriLink } from '../../../server/telephony/ari/link.ts'

const [url = '', user = '', password = ''] = process.argv.slice(2)
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const applications = { calls: 'ringback-1', events: 'events-1' }
const link = createAriLink({ url, user, password, applications, rollCallVariables: [], log })

link.on('connected', () => process.send?.('ready'))
process.on('message', () => void measure())
link.start()

async function measure(): Promise<void> {
  // The fake has answered all; the last of it may still be on its way through this process.
  await sleep(300)
  globalThis.gc?.()
  process.send?.(process.memoryUsage().heapUsed)
}
