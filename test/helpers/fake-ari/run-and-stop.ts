/** A process for ari-faults.test.ts: runs a link, stops it, and has to end by itself. Arguments: when, url, user, password. */
import { watchedLink } from './link.ts'

const [when, url = '', user = '', password = ''] = process.argv.slice(2)
const link = watchedLink({ url, user, password })
if (when !== 'idle') link.start()
if (when === 'connected') await link.connects()
// Long enough to be in the middle of an attempt, or between two.
if (when === 'connecting') await new Promise((resolve) => setTimeout(resolve, 100))
await link.stop()
console.log(`stopped after ${when}`)
