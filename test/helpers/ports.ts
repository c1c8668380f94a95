import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { randomInt } from 'node:crypto'
import { freePort } from '../../scripts/lib/ports.ts'

/** A UDP port nobody has right now; use it at once. */
export const freeUdpPort = (host: string) => freePort('udp', host)

// Below the ports the kernel hands out by itself, above the ones products of this machine use by default.
const RTP_FIRST = 22_000
const RTP_LAST = 32_000

/** A range of `count` UDP ports of which none is taken now, starting on an even one, as RTP wants it. */
export async function freeRtpPorts(host: string, count: number): Promise<{ first: number; last: number }> {
  for (let tries = 0; tries < 50; tries++) {
    const first = RTP_FIRST + count * randomInt(Math.floor((RTP_LAST - RTP_FIRST) / count))
    if (await areAllFree(host, first, count)) return { first, last: first + count - 1 }
  }
  throw new Error(`no ${count} UDP ports in a row are free between ${RTP_FIRST} and ${RTP_LAST} on ${host}`)
}

async function areAllFree(host: string, first: number, count: number): Promise<boolean> {
  const tries = await Promise.allSettled(Array.from({ length: count }, (_, index) => bind(host, first + index)))
  const bound = tries.flatMap((tried) => (tried.status === 'fulfilled' ? [tried.value] : []))
  await Promise.all(bound.map(close))
  return bound.length === count
}

async function bind(host: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind({ address: host, port, exclusive: true })
  // Rejects when the port is taken.
  await once(socket, 'listening')
  return socket
}

async function close(socket: Socket): Promise<void> {
  socket.close()
  await once(socket, 'close')
}
