/** A network of the test's own: the hotline's machine in the middle, and a carrier, an office of agents and a stranger, each on a wire. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { runCommand } from '../../scripts/lib/run-command.ts'

export type Place = 'carrier' | 'office' | 'stranger'
export const PLACES: readonly Place[] = ['carrier', 'office', 'stranger']

export type Lab = {
  /** Runs in the hotline's network. @returns what it printed @throws when it fails */
  inHotline(command: string, ...args: string[]): Promise<string>
  /** The words that begin a command which is to run in the hotline's network. */
  hotlinePrefix: readonly string[]
  /** As seen from a place, and the place as seen from the hotline. */
  hotlineAt(place: Place): string
  addressOf(place: Place): string
  /** Sends so many requests from there; what came back, in order. */
  send(place: Place, port: number, method: string, count?: number): Promise<(number | 'refused')[]>
  /** Whether a TCP connection is taken up, refused, or not answered at all. */
  connect(place: Place, port: number): Promise<'taken' | 'refused' | 'silence'>
  close(): Promise<void>
}

/** Why there can be no such network here; undefined when there can. */
export async function whyNoLab(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces'
  const name = `rbt${randomBytes(3).toString('hex')}`
  const made = await runCommand('ip', ['netns', 'add', name])
  if (made.code !== 0) return `network namespaces cannot be made here: ${made.output.trim()}`
  const tried = await runCommand('ip', ['netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'tried'])
  await runCommand('ip', ['netns', 'del', name])
  return tried.code === 0 ? undefined : `nft cannot set rules here: ${tried.output.trim()}`
}

export async function openLab(): Promise<Lab> {
  const id = randomBytes(3).toString('hex')
  const space = (name: string) => `rbt${id}-${name}`
  const within = (name: string) => ['netns', 'exec', space(name)]
  const spaces = ['hotline', ...PLACES]
  const close = async () => {
    // A wire goes with either of its ends.
    for (const name of spaces) await runCommand('ip', ['netns', 'del', space(name)])
  }
  try {
    for (const name of spaces) {
      await run('ip', 'netns', 'add', space(name))
      await run('ip', '-n', space(name), 'link', 'set', 'lo', 'up')
    }
    for (const [index, place] of PLACES.entries()) {
      const ends = [
        ['hotline', `h${index}`, hotlineAt(place)],
        [place, 'wire', addressOf(place)],
      ] as const
      await run('ip', '-n', space('hotline'), 'link', 'add', `h${index}`, 'type', 'veth', 'peer', 'name', 'wire', 'netns', space(place))
      for (const [name, link, address] of ends) {
        await run('ip', '-n', space(name), 'address', 'add', `${address}/24`, 'dev', link)
        await run('ip', '-n', space(name), 'link', 'set', link, 'up')
      }
    }
  } catch (error) {
    await close()
    throw error
  }
  const node = (place: Place, ...args: string[]) => run('ip', ...within(place), process.execPath, ...args)
  return {
    inHotline: (command, ...args) => run('ip', ...within('hotline'), command, ...args),
    hotlinePrefix: ['ip', ...within('hotline')],
    hotlineAt,
    addressOf,
    send: async (place, port, method, count = 1) => {
      const probe = join(import.meta.dirname, 'firewall-probe.ts')
      const printed = await node(place, probe, hotlineAt(place), String(port), method, String(count))
      return JSON.parse(printed.trim().split('\n').at(-1)!) as (number | 'refused')[]
    },
    connect: async (place, port) => (await node(place, '-e', CONNECT, hotlineAt(place), String(port))).trim() as 'taken',
    close,
  }
}

const CONNECT = `
const socket = require('node:net').connect(Number(process.argv[2]), process.argv[1])
const end = (word) => { console.log(word); process.exit() }
socket.on('connect', () => end('taken')).on('error', () => end('refused'))
setTimeout(end, 1500, 'silence')`

const hotlineAt = (place: Place) => `10.99.${PLACES.indexOf(place) + 1}.1`
const addressOf = (place: Place) => `10.99.${PLACES.indexOf(place) + 1}.2`

async function run(command: string, ...args: string[]): Promise<string> {
  const { code, output } = await runCommand(command, args, { timeoutSeconds: 60 })
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')}: ${output}`)
  return output
}
