import type { ServerResponse } from 'node:http'

/**
 * What can be wrong with a reply: `hang` never comes, `reset` cuts the connection, `truncate` is cut and `stall` falls silent
 * half-way, `rubbish` is a page of HTML with status 200, `broken-json` is JSON that ends too early, `odd-json` is JSON of another shape.
 */
export type FaultKind =
  'hang' | 'reset' | 'truncate' | 'stall' | 'rubbish' | 'broken-json' | 'odd-json' | { status: number; message: string }

type Fault = { kind: FaultKind; matches: (operation: string) => boolean; left: number }

/** Faults wait for their operation (`channels.play`, `api-docs.channels`, or every one) and wear off after `times`. */
export class Faults {
  #faults: Fault[] = []

  add(kind: FaultKind, { operation, times = Infinity }: { operation?: string | RegExp; times?: number } = {}): void {
    const matches = (name: string) => operation === undefined || (typeof operation === 'string' ? name === operation : operation.test(name))
    this.#faults.push({ kind, matches, left: times })
  }

  clear(): void {
    this.#faults = []
  }

  take(operation: string): FaultKind | undefined {
    const fault = this.#faults.find((each) => each.left > 0 && each.matches(operation))
    if (fault) fault.left -= 1
    return fault?.kind
  }
}

export function answerFaultily(kind: FaultKind, response: ServerResponse): void {
  if (typeof kind === 'object') {
    response.writeHead(kind.status, { 'content-type': 'application/json' }).end(JSON.stringify({ message: kind.message }))
    return
  }
  switch (kind) {
    case 'hang':
      return
    case 'reset':
      response.destroy()
      return
    case 'truncate':
    case 'stall':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' })
      response.write('{"id":"', () => kind === 'truncate' && response.destroy())
      return
    case 'rubbish':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Welcome to nginx!</body></html>')
      return
    case 'broken-json':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"half')
      return
    case 'odd-json':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"surprise":[1,2,3]}')
  }
}
