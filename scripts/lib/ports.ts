import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { SetupProblem } from './setup-problem.ts'

// Below the ports the kernel hands out for outgoing connections: one of those can be gone before its finder binds it.
const FIRST_PORT = 10_000
const LAST_PORT = 19_999

/** A port nobody has right now. Another process may take it before you do: use it at once. */
export async function freePort(protocol: 'tcp' | 'udp', host: string): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1)
    if ((await tryPort({ protocol, host, port })) === undefined) return port
  }
  throw new Error(`no free ${protocol.toUpperCase()} port was found on ${host} between ${FIRST_PORT} and ${LAST_PORT}`)
}

export const freeTcpPort = (host: string) => freePort('tcp', host)

export interface PortNeed {
  protocol: 'tcp' | 'udp'
  host: string
  port: number
  /** The environment variable that moves it. */
  variable: string
  /** What listens there, as the person at the terminal would say it. */
  use: string
}

/**
 * Resolves when every port can be bound now.
 * @throws SetupProblem that names the first port that cannot, its variable, and what to do
 */
export async function requireFreePorts(needs: readonly PortNeed[]): Promise<void> {
  for (const need of needs) {
    const failure = await tryPort(need)
    if (failure) throw new SetupProblem(explainPort(need, failure))
  }
}

async function tryPort({ protocol, host, port }: Pick<PortNeed, 'protocol' | 'host' | 'port'>): Promise<string | undefined> {
  const socket = protocol === 'tcp' ? createServer() : createSocket(host.includes(':') ? 'udp6' : 'udp4')
  try {
    const listening = once(socket, 'listening')
    if ('listen' in socket) socket.listen(port, host)
    else socket.bind({ port, address: host, exclusive: true })
    await listening
    socket.close()
    await once(socket, 'close')
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** One sentence: which port, for what, why not, which variable, and who can change it. */
export function explainPort({ protocol, host, port, variable, use }: PortNeed, code: string): string {
  const where = `${protocol.toUpperCase()} port ${port} on ${host} (${use})`
  if (code === 'EACCES') return `${where} is for root only: whoever starts Ringback can set ${variable} to a port above 1023.`
  if (code === 'EADDRNOTAVAIL')
    return `${where} cannot be opened because this machine has no such address: whoever starts Ringback can set ${bindOf(variable)}.`
  const remedy = `whoever runs the other program can stop it, or whoever starts Ringback can set ${variable} to a free port`
  return code === 'EADDRINUSE' ? `${where} is taken by another program: ${remedy}.` : `${where} cannot be opened (${code}): ${remedy}.`
}

const bindOf = (variable: string) => variable.replace(/_PORTS?$/, '_BIND')
