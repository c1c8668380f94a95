import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { explainPort, freeTcpPort, requireFreePorts, type PortNeed } from '../../scripts/lib/ports.ts'
import { SetupProblem } from '../../scripts/lib/setup-problem.ts'

const closers: (() => void)[] = []
afterEach(() => closers.splice(0).forEach((close) => close()))

const need = (part: Partial<PortNeed>): PortNeed => ({
  protocol: 'tcp',
  host: '127.0.0.1',
  port: 8080,
  variable: 'RINGBACK_HTTP_PORT',
  use: 'the console',
  ...part,
})

it('a taken TCP port is named with its variable and who can change it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  closers.push(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const refusal = requireFreePorts([need({ port: await freeTcpPort('127.0.0.1') }), need({ port })])
  await expect(refusal).rejects.toThrow(SetupProblem)
  await expect(refusal).rejects.toThrow(
    `TCP port ${port} on 127.0.0.1 (the console) is taken by another program: whoever runs the other program can stop it, or whoever starts Ringback can set RINGBACK_HTTP_PORT to a free port.`,
  )
})

it('a taken UDP port is noticed, and the same number on TCP is another port', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  closers.push(() => socket.close())
  await once(socket, 'listening')
  const { port } = socket.address()

  await expect(requireFreePorts([need({ protocol: 'udp', port, variable: 'RINGBACK_SIP_PORT', use: 'SIP' })])).rejects.toThrow(
    `UDP port ${port} on 127.0.0.1 (SIP) is taken`,
  )
  await requireFreePorts([need({ port })])
})

it('ports are free again after the look', async () => {
  const port = await freeTcpPort('127.0.0.1')
  await requireFreePorts([need({ port }), need({ protocol: 'udp', port }), need({ port })])
})

it('other reasons have their own sentence', () => {
  expect(explainPort(need({ port: 80 }), 'EACCES')).toBe(
    'TCP port 80 on 127.0.0.1 (the console) is for root only: whoever starts Ringback can set RINGBACK_HTTP_PORT to a port above 1023.',
  )
  expect(explainPort(need({ host: '192.0.2.1', variable: 'RINGBACK_SIP_PORT' }), 'EADDRNOTAVAIL')).toBe(
    'TCP port 8080 on 192.0.2.1 (the console) cannot be opened because this machine has no such address: whoever starts Ringback can set RINGBACK_SIP_BIND.',
  )
})
