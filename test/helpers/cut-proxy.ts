import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type CutProxy = {
  /** The given address, by way of the proxy. */
  url: string
  /** As if the server had died: open connections break, new ones are refused. */
  cut(): Promise<void>
  /** As if it had come back, at the same address. */
  mend(): Promise<void>
  stop(): Promise<void>
}

/** A TCP connection that can be cut and mended, in front of a real server, or of a Postgres on its socket. */
export async function createCutProxy(targetUrl: string): Promise<CutProxy> {
  const target = new URL(targetUrl)
  const folder = decodeURIComponent(target.hostname)
  const isSocket = folder.startsWith('/')
  const address = isSocket ? { path: `${folder}/.s.PGSQL.${target.port}` } : { host: target.hostname, port: Number(target.port) }
  const open = new Set<Socket>()
  const server = createServer((inward) => {
    const outward = connect(address)
    for (const [one, other] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      one.pipe(other)
      // Broken on one side is broken on both.
      one.on('error', () => other.destroy())
      one.on('close', () => other.destroy())
    }
    open.add(inward)
    inward.on('close', () => open.delete(inward))
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const url = new URL(targetUrl)
  url.host = `127.0.0.1:${port}`
  const cut = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of open) socket.resetAndDestroy()
    await closed
  }
  return { url: url.href, cut, mend: () => listen(port), stop: cut }
}
