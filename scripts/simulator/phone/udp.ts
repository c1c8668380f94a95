import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export type Peer = { host: string; port: number }

/**
 * A UDP socket bound to one loopback address.
 * @param port 0 lets the system choose
 * @throws NotLoopback for any other address: a test phone must not reach a real network
 */
export async function openUdp(address: string, port: number): Promise<Socket> {
  if (!/^127\.|^::1$/.test(address)) throw new NotLoopback(address)
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20 })
  socket.bind(port, address)
  await once(socket, 'listening')
  return socket
}

/** Closes at once; a socket that is closed already is fine, since both ends of a call may ask. */
export function closeUdp(socket: Socket): void {
  try {
    socket.close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SOCKET_DGRAM_NOT_RUNNING') throw error
  }
}

export class NotLoopback extends Error {
  readonly code = 'not-loopback'
  constructor(address: string) {
    super(`${address} is not a loopback address`)
  }
}
