/**
 * `npm start`: the whole product with the demo programme, in the foreground. Prints `READY <console url>` when a call can
 * come; Ctrl-C or SIGTERM drains the calls and stops all it started, a second one does not wait for them.
 */
import { join } from 'node:path'
import { takeFileLock } from './lib/file-lock.ts'
import { SetupProblem } from './lib/setup-problem.ts'
import { report, tell } from './lib/steps.ts'
import { bringUp } from './start/bring-up.ts'
import { places, readStartSettings } from './start/settings.ts'
import { nothingStarted } from './start/started.ts'
import { listenForStop } from './start/stop-request.ts'
import { welcome } from './start/welcome.ts'

// Whoever reads only the first line (`npm start | head -1`) closes the pipe; the product goes on.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
const stop = listenForStop()
const started = nothingStarted()
try {
  const settings = readStartSettings(process.env, join(import.meta.dirname, '..'))
  await lockData(places(settings).lock)
  const demo = await bringUp({ settings, started, stop })
  console.log(welcome(settings.service.http.publicUrl, demo))
  await stop.requested
  tell('stopping: calls in progress end first (Ctrl-C again to hurry)')
} catch (error) {
  process.exitCode = stop.signal.aborted ? 130 : report(error)
} finally {
  await started.stopAll()
}
// The lock and the signal listeners would keep the process: everything it started has ended.
process.exit()

async function lockData(path: string): Promise<void> {
  const lock = await takeFileLock(path, 0)
  if (!lock) {
    throw new SetupProblem(
      `Ringback already runs on ${join(path, '..')}: stop it first, or set RINGBACK_DATA, RINGBACK_HTTP_PORT, RINGBACK_SIP_PORT, RINGBACK_ARI_PORT and RINGBACK_RTP_PORTS to start a second one beside it.`,
    )
  }
  started.keep('lock', () => lock.release())
}
