import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { spawnBound, type BoundProcess } from '../../scripts/lib/bound-process.ts'
import { freeTcpPort } from '../../scripts/lib/ports.ts'
import { runCommand } from '../../scripts/lib/run-command.ts'
import { freeRtpPorts, freeUdpPort } from '../helpers/ports.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const START = join(ROOT, 'scripts', 'start.ts')
const SLOW_MS = 120_000

let folder: string
let env: NodeJS.ProcessEnv

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ringback-start-'))
  const rtp = await freeRtpPorts('127.0.0.1', 100)
  env = {
    ...process.env,
    RINGBACK_DATA: folder,
    RINGBACK_HTTP_PORT: String(await freeTcpPort('127.0.0.1')),
    RINGBACK_ARI_PORT: String(await freeTcpPort('127.0.0.1')),
    RINGBACK_SIP_PORT: String(await freeUdpPort('127.0.0.1')),
    RINGBACK_RTP_PORTS: `${rtp.first}-${rtp.last}`,
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

type Product = { process: BoundProcess; lines: string[] }

/** Resolves with the READY line; what is printed goes on collecting. */
async function start(): Promise<Product> {
  const product = await spawnBound({
    command: process.execPath,
    args: [START],
    deathSignal: 'TERM',
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!product.stdout) throw new Error('started without a pipe')
  const lines: string[] = []
  const reader = createInterface({ input: product.stdout })
  await new Promise<void>((resolve, reject) => {
    reader.on('line', (line) => {
      lines.push(line)
      if (line.includes('npm run simulate')) resolve()
    })
    reader.on('close', () => reject(new Error(`ended without READY: ${lines.join('\n')}`)))
  })
  return { process: product, lines }
}

/** The process and all below it, by name. */
function family(root: number): { pid: number; name: string }[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)))
  const below = (pid: number): typeof all => all.filter((one) => one.parent === pid).flatMap((one) => [one, ...below(one.pid)])
  return [...all.filter((one) => one.pid === root), ...below(root)].map(({ pid, name }) => ({ pid, name }))
}

function processOf(pid: number): { pid: number; parent: number; name: string }[] {
  try {
    const [, name = '', state, parent] = /^\d+ \((.*)\) (\S) (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    // A zombie only waits for its parent to look.
    return state === 'Z' ? [] : [{ pid, parent: Number(parent), name }]
  } catch {
    // It ended between the listing and the look.
    return []
  }
}

const isAlive = (pid: number) => processOf(pid).length > 0
const ready = async () => (await fetch(`http://127.0.0.1:${env.RINGBACK_HTTP_PORT}/ready`).catch(() => undefined))?.status

describe('npm start', () => {
  let product: Product
  beforeAll(async () => {
    product = await start()
  }, SLOW_MS)
  afterAll(() => product.process.stop('SIGTERM', 30))

  it('says READY with the console’s address first, then who can sign in', async () => {
    expect(product.lines[0]).toBe(`READY http://localhost:${env.RINGBACK_HTTP_PORT}`)
    expect(await ready()).toBe(200)
    const demo = JSON.parse(await readFile(join(folder, 'demo.json'), 'utf8')) as { users: { email: string; password: string }[] }
    expect(demo.users.length).toBeGreaterThan(0)
    for (const { email, password } of demo.users) {
      expect(product.lines.some((line) => line.includes(email) && line.endsWith(password))).toBe(true)
    }
    expect((await stat(join(folder, 'demo.json'))).mode & 0o777).toBe(0o600)
  })

  it('a second start on the same data ends in one sentence and leaves the first alone', async () => {
    const second = await runCommand(process.execPath, [START], { env, cwd: ROOT })
    expect(second.code).toBe(1)
    expect(second.output.trim()).toMatch(/^\[setup\] Ringback already runs on .*\.$/)
    expect(await ready()).toBe(200)
  })

  it(
    'a service that is killed comes back by itself',
    async () => {
      const before = family(product.process.pid).map(({ pid }) => pid)
      const services = before.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('server/main.ts'))
      expect(services).toHaveLength(1)
      process.kill(services[0] as number, 'SIGKILL')
      await vi.waitFor(() => expect(isAlive(services[0] as number)).toBe(false), 10_000)
      await vi.waitFor(async () => expect(await ready()).toBe(200), { timeout: SLOW_MS, interval: 100 })
    },
    SLOW_MS,
  )

  it('SIGTERM ends all of it, and code 0 says that it was asked to', async () => {
    const all = family(product.process.pid)
    const names = all.map(({ name }) => name)
    expect(names).toContain('postgres')
    expect(names).toContainEqual(expect.stringMatching(/^(asterisk|ld-linux)/))
    await product.process.stop('SIGTERM', 30)
    expect(await product.process.exited).toBe(0)
    expect(all.filter(({ pid }) => isAlive(pid))).toEqual([])
  })
})

it(
  'nothing outlives a kill -9, and the next start finds everything as it was',
  async () => {
    const product = await start()
    const all = family(product.process.pid)
    await product.process.stop('SIGKILL', 1)
    await vi.waitFor(() => expect(all.filter(({ pid }) => isAlive(pid))).toEqual([]), { timeout: 5000 })

    const again = await start()
    expect(again.lines).toEqual(product.lines)
    await again.process.stop('SIGTERM', 30)
  },
  2 * SLOW_MS,
)
