import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { SetupProblem } from './setup-problem.ts'

/** A TCP port nobody listens on right now. Another process may take it before you do: use it at once. */
export async function freeTcpPort(host: string): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

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

async function tryPort({ protocol, host, port }: PortNeed): Promise<string | undefined> {
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
