/** SIPp as a carrier: a SIP stack that is neither Asterisk's nor ours, and what was said on the wire from its own log. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type BoundProcess, spawnBound } from '../../scripts/lib/bound-process.ts'
import { freeUdpPort } from './ports.ts'

/** One message on the wire, as text. */
export type SippMessage = { direction: 'sent' | 'received'; text: string; startLine: string }

export type SippCarrier = {
  /** Resolves when its scenario is over. @throws when a message came that the scenario does not have, with SIPp's own words */
  done(): Promise<SippMessage[]>
  stop(): Promise<void>
}

type Place = { address: string; port: number; transport?: 'udp' | 'tcp'; calls?: number }

/** Waits for as many calls as said (a registration is one too), and does as the scenario (sipp-scenarios.ts) says. Listens when it resolves. */
export async function startSippCarrier({ address, port, transport = 'udp', calls = 1 }: Place, scenario: string): Promise<SippCarrier> {
  const listen = ['-p', String(port), '-t', transport === 'udp' ? 'u1' : 't1']
  return startSipp(scenario, { address, calls }, listen)
}

/** Makes one call to `number` at the address of ours. */
export async function runSippCaller(
  { address, target, number }: { address: string; target: { host: string; port: number }; number: string },
  scenario: string,
): Promise<SippMessage[]> {
  const caller = await startSipp(scenario, { address, calls: 1 }, [`${target.host}:${target.port}`, '-s', number])
  try {
    return await caller.done()
  } finally {
    await caller.stop()
  }
}

async function startSipp(scenario: string, { address, calls }: { address: string; calls: number }, args: string[]): Promise<SippCarrier> {
  const folder = await mkdtemp(join(tmpdir(), 'ringback-sipp-carrier-'))
  const at = (name: string) => join(folder, name)
  await writeFile(at('scenario.xml'), scenario)
  const sipp = await spawnBound({
    command: 'sipp',
    args: [
      ...args,
      ...['-sf', 'scenario.xml', '-m', String(calls), '-nostdin', '-timeout', '30s', '-timeout_error'],
      ...['-i', address, '-mi', address, '-ci', '127.0.0.1', '-bind_local', '-mp', String(await freeUdpPort(address))],
      ...['-trace_msg', '-message_file', 'messages', '-trace_err', '-error_file', 'errors'],
    ],
    deathSignal: 'KILL',
    cwd: folder,
  })
  if (!(await listens(sipp, at('messages')))) throw new Error(`sipp did not start: ${await textOf(at('errors'))}`)
  return {
    async done() {
      const code = await sipp.exited
      const messages = parse(await textOf(at('messages')))
      if (code !== 0)
        throw new Error(`sipp ended with ${code}: ${await textOf(at('errors'))}\n${messages.map(({ startLine }) => startLine).join('\n')}`)
      return messages
    },
    async stop() {
      await sipp.stop('SIGKILL', 1)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** It makes the file for its messages when its sockets are bound. @returns false when it ended instead */
async function listens(sipp: BoundProcess, messageFile: string): Promise<boolean> {
  let hasEnded = false
  void sipp.exited.then(() => (hasEnded = true))
  while (!existsSync(messageFile)) {
    if (hasEnded) return false
    await wait(10)
  }
  return true
}

const textOf = (path: string) => readFile(path, 'utf8').catch(() => '')

/** Between two messages there is a line of dashes with the time, and one that says which way it went. */
function parse(log: string): SippMessage[] {
  return log.split(/^-{20,}.*\n/m).flatMap((piece) => {
    const [, way, text] = /^\S+ message (sent|received)[^\n]*\n\n?([\s\S]*)$/.exec(piece.trimStart()) ?? []
    if (!way || text === undefined) return []
    return [{ direction: way as SippMessage['direction'], text, startLine: text.split(/\r?\n/)[0] ?? '' }]
  })
}

/** A header's values in a message, in order. */
export const headersOf = ({ text }: SippMessage, name: string): string[] =>
  [...(text.split(/\r?\n\r?\n/)[0] ?? '').matchAll(new RegExp(`^${name}:[ \t]*(.*?)\r?$`, 'gim'))].map(([, value]) => value ?? '')
