import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** Well-formed G.711 of a loud noise, from one stranger's source to every port of the range, fifty times a second. */
export async function sprayAudio(address: string, { first, last }: { first: number; last: number }) {
  const socket: Socket = createSocket('udp4')
  socket.bind(0, address)
  await once(socket, 'listening')
  let [received, sent, sequence] = [0, 0, 0]
  socket.on('message', () => received++)
  socket.on('error', () => undefined)
  const timer = setInterval(() => {
    const packet = Buffer.alloc(172, sequence % 2 ? 0x2a : 0xaa)
    packet[0] = 0x80
    // What the call itself speaks: A-law.
    packet[1] = 8
    packet.writeUInt16BE(sequence & 0xffff, 2)
    packet.writeUInt32BE((sequence * 160) >>> 0, 4)
    packet.writeUInt32BE(0xdeadbeef, 8)
    sequence++
    for (let port = first; port <= last; port++) socket.send(packet, port, '127.0.0.1', () => sent++)
  }, 20)
  return {
    /** @returns datagrams sent, and those that came back */
    stop: () => {
      clearInterval(timer)
      socket.close()
      return { sent, received }
    },
  }
}
