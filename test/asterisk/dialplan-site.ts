import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Interface } from 'node:readline'
import { createInterface } from 'node:readline'
import { openJournalEntry, openSpooledText, type JournalEntry, type SpooledText } from '../../asterisk-config/journal.ts'
import type { LineFacts, TrunkFacts } from '../../asterisk-config/render.ts'
import { makePrompts } from '../../scripts/make-prompts.ts'
import { startTestAsterisk, type TestAsterisk } from '../helpers/asterisk.ts'
import { freeze } from '../helpers/freeze.ts'
import { createPhone, type Phone, type PhoneOptions } from '../helpers/phone/index.ts'
import { freeUdpPort } from '../helpers/ports.ts'

/** Two countries with their carriers: one language on the line, and two. */
export const BANGLADESH = { trunkId: 'bd', card: '+8809600000001', callback: '+8809600000002', carrier: '127.0.3.11' } as const
export const TURKIYE = { trunkId: 'tr', card: '+908500000001', callback: '+908500000002', carrier: '127.0.3.12' } as const
/** Somebody on the network who is neither carrier nor phone. */
export const STRANGER = '127.0.3.99'

export type Folder = 'journal' | 'fb' | 'text'

export type Site = {
  asterisk: TestAsterisk
  soundsFolder: string
  bangladesh: Phone
  turkiye: Phone
  uriOf(number: string): string
  prompt(language: string, name: string): string
  /** File names, oldest first. */
  files(folder: Folder): Promise<string[]>
  path(folder: Folder, file: string): string
  /** Entries with their file's name. */
  journal(): Promise<(JournalEntry & { file: string })[]>
  texts(): Promise<SpooledText[]>
  /** Whether the call that the file belongs to is still up. */
  isLive(file: string): Promise<boolean>
  ari(method: string, resource: string, body?: object): Promise<unknown>
  /** Lines that Asterisk printed or wrote into its log. */
  logLinesWith(pattern: RegExp): Promise<string[]>
  stop(): Promise<void>
}

/** An Asterisk with the product's configuration and prompts, no service, and a phone at each carrier's address. */
export async function startSite(): Promise<Site> {
  const soundsFolder = await mkdtemp(join(tmpdir(), 'ringback-test-sounds-'))
  await makePrompts({ soundsFolder, languages: ['bn', 'tr', 'ar', 'en'], log: () => undefined })
  const [bangladesh, turkiye] = [await carrierPhone(BANGLADESH.carrier), await carrierPhone(TURKIYE.carrier)]
  const asterisk = await startTestAsterisk({ soundsFolder, ...facts(bangladesh.port, turkiye.port) })
  const spool = join(asterisk.folder, 'spool/recording')
  const files = async (folder: Folder) => (await readdir(join(spool, folder))).sort()
  const contents = async (folder: Folder) => {
    const names = await files(folder)
    return Promise.all(names.map(async (file) => ({ file, content: await readFile(join(spool, folder, file), 'utf8') })))
  }
  const ari = (method: string, resource: string, body?: object) => askAri(asterisk, method, resource, body)
  return {
    asterisk,
    soundsFolder,
    bangladesh,
    turkiye,
    uriOf: (number) => `sip:${number}@127.0.0.1:${asterisk.sipPort}`,
    prompt: (language, name) => join(soundsFolder, language, `${name}.wav`),
    files,
    path: (folder, file) => join(spool, folder, file),
    journal: async () =>
      (await contents('journal')).map(({ file, content }) => ({ file, ...openJournalEntry(content, asterisk.journalKey) })),
    isLive: async (file) => {
      const channels = (await ari('GET', '/channels')) as { id: string }[]
      return channels.some(({ id }) => file.includes(id.replaceAll('.', '-')))
    },
    texts: async () => (await contents('text')).map(({ content }) => openSpooledText(content, asterisk.journalKey)),
    ari,
    logLinesWith: async (pattern) => {
      const written = await readFile(join(asterisk.folder, 'log/messages.log'), 'utf8')
      return [...(await asterisk.log()).split('\n'), ...written.split('\n')].filter((line) => pattern.test(line))
    },
    stop: async () => {
      await Promise.all([bangladesh.close(), turkiye.close()])
      await asterisk.stop()
      await rm(soundsFolder, { recursive: true, force: true })
    },
  }
}

async function carrierPhone(address: string): Promise<Phone> {
  return createPhone({ address, port: await freeUdpPort(address) } satisfies PhoneOptions)
}

function facts(bangladeshPort: number, turkiyePort: number): { trunks: TrunkFacts[]; lines: LineFacts[] } {
  const countries = [
    { id: 'BD', ...BANGLADESH, port: bangladeshPort, languages: ['bn'], allowedPrefixes: ['+88013', '+88017'] },
    { id: 'TR', ...TURKIYE, port: turkiyePort, languages: ['tr', 'ar'], allowedPrefixes: ['+905'] },
  ]
  return {
    trunks: countries.map(({ id, trunkId, carrier, port, allowedPrefixes }) => ({
      id: trunkId,
      countryId: id,
      carrierHost: carrier,
      carrierPort: port,
      allowedPrefixes,
      maxCallSeconds: 900,
    })),
    lines: countries.flatMap(({ id, trunkId, languages, ...dids }) =>
      (['card', 'callback'] as const).map((kind) => ({ did: dids[kind], countryId: id, trunkId, kind, languages })),
    ),
  }
}

async function askAri({ ariUrl, ariUser, ariPassword }: TestAsterisk, method: string, resource: string, body?: object): Promise<unknown> {
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`
  const headers = { authorization, 'content-type': 'application/json' }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(ariUrl + resource, { method, headers, signal: AbortSignal.timeout(5000), ...sent })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${resource}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

export type App = {
  /** The next line it prints: `ready`, then `claimed <channel id>` for each call. */
  nextLine(): Promise<string>
  freeze(): Promise<void>
  kill(): Promise<void>
}

/** A service of one file in a process of its own, which can be frozen: it claims and answers each call, and does no more. */
export async function startApp({ asterisk }: Site): Promise<App> {
  const script = join(import.meta.dirname, 'dialplan-app.ts')
  const environment = { ...process.env, ARI_URL: asterisk.ariUrl, ARI_USER: asterisk.ariUser, ARI_PASSWORD: asterisk.ariPassword }
  const child = spawn(process.execPath, [script], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const lines: Interface = createInterface({ input: child.stdout })
  const printed = lines[Symbol.asyncIterator]()
  const app: App = {
    nextLine: async () => {
      const { value } = (await printed.next()) as { value: string | undefined }
      if (value === undefined) throw new Error('the app ended')
      return value
    },
    freeze: () => freeze(child.pid!),
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
  if ((await app.nextLine()) !== 'ready') throw new Error('the app did not start')
  return app
}
