/** Start and stop of one service process: settings → context → HTTP, telephony, jobs. */
import { flushCompileCache } from 'node:module'
import { buildApp } from './app.ts'
import { type Config, readConfig } from './config.ts'
import { createContext } from './context.ts'
import { migrate } from './platform/db/migrate.ts'
import { MINUTE } from './platform/time/duration.ts'

/** How long calls that go on may take to end by themselves. */
const DRAIN_MS = 2 * MINUTE

async function start(config: Config): Promise<() => Promise<void>> {
  await migrate(config.databaseUrl)
  const context = await createContext(config)
  const { log } = context
  const app = await buildApp(context)
  await context.start()
  await app.listen({ port: config.http.port, host: config.http.bind })
  log.info({ instance: config.instance, url: config.http.publicUrl }, 'ringback is up')
  // Where NODE_COMPILE_CACHE names a folder. Not at the end: a process that is killed has none.
  flushCompileCache()

  return async () => {
    log.info('stopping')
    await context.drain(DRAIN_MS)
    await app.close()
    await context.stop()
    log.info('stopped')
  }
}

/** Resolves with the first signal that asks us to stop; a second one ends the process at once. */
async function untilAskedToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        resolve()
        process.once(signal, () => process.exit(1))
      })
    }
  })
}

try {
  const stop = await start(readConfig())
  await untilAskedToStop()
  await stop()
} catch (error) {
  // Before the log exists, and for whoever started us in a terminal: one readable message.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  // What was begun may still hold the process open; calls are picked up by the next start.
  process.exit(1)
}
