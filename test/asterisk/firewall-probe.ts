/**
 * Sends SIP over UDP from the network namespace it is run in, as fast as it can, and prints as JSON what came back: statuses of
 * replies in the order they came, and `refused` for each "nobody listens here". Arguments: host, port, method, count.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'

/** How long silence is listened to before it is believed. */
const QUIET_MS = 1500

const [host = '', port = '', method = 'OPTIONS', count = '1', user = '+8809600000001'] = process.argv.slice(2)
const socket = createSocket('udp4')
const came: (number | 'refused')[] = []
socket.on('error', () => came.push('refused'))
socket.connect(Number(port), host)
await once(socket, 'connect')
const { address, port: ownPort } = socket.address()
const own = `${address}:${ownPort}`
const body = method === 'MESSAGE' ? 'hello' : ''
let heardAt = performance.now()
socket.on('message', (datagram) => {
  heardAt = performance.now()
  const status = /^SIP\/2\.0 (\d{3})/.exec(datagram.toString('latin1'))?.[1]
  if (status !== undefined) came.push(Number(status))
})
for (let each = 0; each < Number(count); each++) {
  const id = `${process.pid}x${each}`
  const head = [
    `${method} sip:${user}@${host}:${port} SIP/2.0`,
    `Via: SIP/2.0/UDP ${own};rport;branch=z9hG4bK${id}`,
    `From: <sip:probe@${own}>;tag=${id}`,
    `To: <sip:${user}@${host}>`,
    `Call-ID: ${id}`,
    `CSeq: 1 ${method}`,
    'Max-Forwards: 70',
    `Contact: <sip:probe@${own}>`,
    ...(method === 'MESSAGE' ? ['Content-Type: text/plain'] : []),
    `Content-Length: ${body.length}`,
  ]
  // One that is refused by the network is counted by what comes back, not by what cannot be sent.
  socket.send([...head, '', body].join('\r\n'), () => undefined)
  heardAt = performance.now()
}
while (performance.now() - heardAt < QUIET_MS) await pause(50)
socket.close()
console.log(JSON.stringify(came))
