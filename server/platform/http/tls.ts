/** TLS of the console and the API: whose certificate, and that a renewed one is taken up without a restart. */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Server } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { Clock } from '../time/clock.ts'
import { HOUR } from '../time/duration.ts'
import type { App } from './app.ts'
import { localAuthorityPair } from './tls-local-authority.ts'
import { BadTls, type TlsPair } from './tls-pair.ts'

export type TlsSetting =
  /** Plain HTTP: on loopback alone, which the settings see to. */
  | { kind: 'none' }
  /** The site's own certificate, with the chain behind it, and its key. */
  | { kind: 'files'; certFile: string; keyFile: string }
  /** A certificate of an authority made here. @property names host names and addresses browsers use */
  | { kind: 'local-authority'; folder: string; names: string[] }

export { BadTls, type TlsPair } from './tls-pair.ts'

/** Undefined for plain HTTP. @throws BadTls */
export async function loadTls(setting: TlsSetting, clock: Pick<Clock, 'now'>): Promise<TlsPair | undefined> {
  switch (setting.kind) {
    case 'none':
      return undefined
    case 'files':
      return checked({ cert: await readPem(setting.certFile), key: await readPem(setting.keyFile) }, setting.certFile)
    case 'local-authority':
      return localAuthorityPair(setting, clock.now())
  }
}

/** Looks every hour whether there is a newer certificate; connections made from then on use it. */
export function keepTlsFresh(app: App, setting: TlsSetting, clock: Pick<Clock, 'now'>): void {
  if (setting.kind === 'none') return
  let known: string | undefined
  const look = async () => {
    const pair = await loadTls(setting, clock)
    const print = createHash('sha256').update(pair!.cert).digest('hex')
    if (known !== undefined && known !== print) {
      ;(app.server as unknown as Server).setSecureContext(secureOptions(pair!))
      app.log.info('the console has a new certificate')
    }
    known = print
  }
  const safely = () => look().catch((err: unknown) => app.log.error({ err }, 'the certificate cannot be read again; the old one stays'))
  let timer: NodeJS.Timeout | undefined
  app.addHook('onListen', async () => {
    await safely()
    timer = setInterval(() => void safely(), HOUR).unref()
  })
  app.addHook('onClose', async () => clearInterval(timer))
}

/** What old devices still speak, and no older. */
export const secureOptions = (pair: TlsPair) => ({ ...pair, minVersion: 'TLSv1.2' as const })

function checked(pair: TlsPair, certFile: string): TlsPair {
  try {
    createSecureContext(secureOptions(pair))
    return pair
  } catch (cause) {
    // Whatever is wrong with it, it is wrong with the files.
    throw new BadTls(`${certFile} and its key do not make a certificate that browsers can be shown (${(cause as Error).message})`, {
      cause,
    })
  }
}

async function readPem(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new BadTls(`${file} cannot be read (${cause.code})`, { cause })
  })
}
