import { createInterface } from 'node:readline'
import { chmod, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../scripts/bench/bench.ts'
import { spawnBound, type BoundProcess } from '../../scripts/lib/bound-process.ts'
import { freeTcpPort } from '../../scripts/lib/ports.ts'
import { freeRtpPorts, freeUdpPort } from '../helpers/ports.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const GOAL_WARM_SECONDS = 15
// Longer than the drain of a service without calls.
const STOP_SECONDS = 60

/** `npm start` in a copy of the clone with empty caches, until READY; then the same again. Debian packages stay installed. */
export const bench: Bench = {
  summary: 'npm start until READY: cold (empty caches, nothing installed) and warm',
  async run(log, signal) {
    const folder = await mkdtemp(join(tmpdir(), 'ringback-bench-start-'))
    // The cache is in it, and Postgres runs as another user.
    await chmod(folder, 0o711)
    try {
      const clone = join(folder, 'clone')
      await copyClone(clone)
      const env = await ownPlace(folder)
      const cold = await start({ clone, env, log, signal })
      const warm = await start({ clone, env, log, signal })
      return {
        figures: { coldSeconds: cold, warmSeconds: warm },
        ratio: null,
        goal: `a warm start is ready within ${GOAL_WARM_SECONDS} s`,
        holds: warm <= GOAL_WARM_SECONDS,
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

const LEFT_OUT = ['node_modules', 'scripts/node-runtime/node_modules', 'var', 'web/dist', '.git'].map((path) => join(ROOT, path))

/** What a fresh clone holds, changes that are not committed yet included. */
async function copyClone(to: string): Promise<void> {
  await cp(ROOT, to, { recursive: true, filter: (path) => !LEFT_OUT.includes(path) })
}

async function ownPlace(folder: string): Promise<NodeJS.ProcessEnv> {
  const rtp = await freeRtpPorts('127.0.0.1', 200)
  return {
    ...process.env,
    npm_config_cache: join(folder, 'npm-cache'),
    RINGBACK_CACHE: join(folder, 'cache'),
    RINGBACK_HTTP_PORT: String(await freeTcpPort('127.0.0.1')),
    RINGBACK_ARI_PORT: String(await freeTcpPort('127.0.0.1')),
    RINGBACK_SIP_PORT: String(await freeUdpPort('127.0.0.1')),
    RINGBACK_RTP_PORTS: `${rtp.first}-${rtp.last}`,
  }
}

type Start = { clone: string; env: NodeJS.ProcessEnv; log: (line: string) => void; signal: AbortSignal }

/** Seconds from the command to the READY line; the product is stopped again. */
async function start({ clone, env, log, signal }: Start): Promise<number> {
  const startedAt = performance.now()
  const product = await spawnBound({
    command: 'npm',
    args: ['start'],
    deathSignal: 'TERM',
    cwd: clone,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = () => product.signal('SIGTERM')
  signal.addEventListener('abort', stop, { once: true })
  try {
    await untilReady(product)
    const seconds = Math.round((performance.now() - startedAt) / 100) / 10
    log(`ready after ${seconds} s`)
    return seconds
  } finally {
    signal.removeEventListener('abort', stop)
    await product.stop('SIGTERM', STOP_SECONDS)
  }
}

async function untilReady({ stdout }: BoundProcess): Promise<void> {
  if (!stdout) throw new Error('the product was started without a pipe to read')
  const lines: string[] = []
  // Read to the end, so that the product never writes into a closed pipe.
  const reader = createInterface({ input: stdout })
  await new Promise<void>((resolve, reject) => {
    reader.on('line', (line) => (line.startsWith('READY ') ? resolve() : lines.push(line)))
    reader.on('close', () => reject(new Error(`npm start ended without READY:\n${lines.slice(-5).join('\n')}`)))
  })
}
