import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startService } from '../../scripts/start/service.ts'
import { freeze, thaw } from './freeze.ts'

const ROOT = join(import.meta.dirname, '..', '..')

export type ProductService = {
  pid(): number
  /** Resolves when it is ready to take calls again. */
  start(): Promise<void>
  /** SIGTERM: calls are drained first. */
  stop(): Promise<void>
  kill9(): Promise<void>
  /** SIGSTOP: its sockets stay open and nothing answers. */
  freeze(): Promise<void>
  thaw(): void
  /** All lines it has logged, over all starts. */
  log(): Promise<string>
}

/**
 * server/main.ts as a process of its own. @param settings all it gets to read, besides where programs are found
 * @param logName of its log in the folder: each of several services has its own
 */
export async function startProductService(
  folder: string,
  settings: Record<string, string>,
  logName = 'service.log',
): Promise<ProductService> {
  const logPath = join(folder, logName)
  const url = `http://127.0.0.1:${settings['RINGBACK_HTTP_PORT']}`
  const env = { PATH: process.env['PATH'], NODE_ENV: 'production', ...settings }
  const launch = () => startService({ root: ROOT, env, url, logPath })
  let service = await launch()
  return {
    pid: () => service.pid,
    start: async () => {
      service = await launch()
    },
    stop: () => service.stop(),
    kill9: async () => {
      service.hurry()
      await service.exited
    },
    freeze: () => freeze(service.pid),
    thaw: () => thaw(service.pid),
    log: () => readFile(logPath, 'utf8'),
  }
}
