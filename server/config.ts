/**
 * Settings: read once from the environment, checked together, with their units in their names. Secrets are not here but in
 * files; the settings only say where (`readSecret`).
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { TlsSetting } from './platform/http/tls.ts'
import type { LogLevel } from './platform/log.ts'

export type Config = {
  /** Name of this service process among those that share a database. */
  instance: string
  /** All state on disk. */
  dataFolder: string
  /** Where Asterisk keeps recordings on their way, if this machine can see it: messages are as long as its room allows. */
  spoolFolder: string
  logLevel: LogLevel
  /** 'demo': the calendar clock may be set by API; refused with real data. */
  clock: 'system' | 'demo'
  databaseUrl: string
  databaseMaxConnections: number
  http: {
    port: number
    bind: string
    /** How browsers reach us; links and cookies go by it. */
    publicUrl: string
    /** `__Host-` cookies need TLS, which plain loopback has not; there the port keeps two products of one host apart. */
    cookie: { name: string; isSecure: boolean }
    tls: TlsSetting
    maxRequestsPerMinute: number
    /** Holds what Prometheus shows when it reads /metrics from another machine; undefined: nobody there may. */
    metricsTokenFile: string | undefined
    /** The built console. */
    webFolder: string
  }
  ari: { url: string; user: string; passwordFile: string }
  sip: { port: number; bind: string }
  rtp: { firstPort: number; lastPort: number }
  keys: { masterKeyFile: string; previousMasterKeyFile: string | undefined; blindIndexKeyFile: string; journalKeyFile: string }
}

/** Every setting that is wrong, in one message: nobody mends them one start at a time. */
export class BadConfig extends Error {
  override readonly name = 'BadConfig'
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`Settings to mend:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

type Env = Record<string, string | undefined>
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** @param env usually process.env @throws BadConfig */
export function readConfig(env: Env = process.env): Config {
  const problems: string[] = []
  const text = (name: string, fallback?: string) => {
    const value = env[name]?.trim() || fallback
    if (value === undefined) problems.push(`${name} is not set`)
    return value ?? ''
  }
  const matching = (name: string, pattern: RegExp, what: string, fallback?: string) => {
    const value = text(name, fallback)
    if (value && !pattern.test(value)) problems.push(`${name} is not ${what}: ${value}`)
    return value
  }
  const port = (name: string, fallback: number) => {
    const value = Number(text(name, String(fallback)))
    if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value
    problems.push(`${name} is not a port: ${env[name]}`)
    return fallback
  }
  const oneOf = <T extends string>(name: string, choices: readonly T[], fallback: T): T => {
    const value = text(name, fallback)
    if (!choices.includes(value as T)) problems.push(`${name} is none of ${choices.join(', ')}: ${value}`)
    return value as T
  }

  const dataFolder = path.resolve(text('RINGBACK_DATA', 'var'))
  const keyFile = (name: string, file: string) => path.resolve(text(name, path.join(dataFolder, 'keys', file)))
  const httpPort = port('RINGBACK_HTTP_PORT', 8080)
  const bind = text('RINGBACK_HTTP_BIND', '127.0.0.1')
  const ariPort = port('RINGBACK_ARI_PORT', 8088)
  const tls = tlsSource(env, dataFolder, problems)
  const metricsTokenFile = env['RINGBACK_METRICS_TOKEN_FILE']?.trim()
  const previousMasterKeyFile = env['RINGBACK_PREVIOUS_MASTER_KEY_FILE']?.trim()

  const config: Config = {
    instance: matching('RINGBACK_INSTANCE', /^[0-9]{1,6}$/, 'a number', '1'),
    dataFolder,
    spoolFolder: path.resolve(text('RINGBACK_SPOOL', path.join(dataFolder, 'asterisk', 'spool'))),
    logLevel: oneOf('RINGBACK_LOG_LEVEL', LOG_LEVELS, 'info'),
    clock: oneOf('RINGBACK_CLOCK', ['system', 'demo'], 'system'),
    databaseUrl: urlOf(text('DATABASE_URL'), 'DATABASE_URL', /^postgres(ql)?:$/, problems),
    databaseMaxConnections: 20,
    http: {
      port: httpPort,
      bind,
      ...publicFace(env['RINGBACK_PUBLIC_URL'], { bind, port: httpPort, tls }, problems),
      maxRequestsPerMinute: 6000,
      metricsTokenFile: metricsTokenFile ? path.resolve(metricsTokenFile) : undefined,
      webFolder: path.resolve(import.meta.dirname, '../web/dist'),
    },
    ari: {
      url: urlOf(text('ARI_URL', `http://127.0.0.1:${ariPort}`), 'ARI_URL', /^https?:$/, problems),
      user: text('ARI_USER', 'ringback'),
      passwordFile: path.resolve(text('ARI_PASSWORD_FILE', path.join(dataFolder, 'keys', 'ari-password'))),
    },
    sip: { port: port('RINGBACK_SIP_PORT', 5060), bind: text('RINGBACK_SIP_BIND', '127.0.0.1') },
    rtp: portRange(text('RINGBACK_RTP_PORTS', '20000-20999'), problems),
    keys: {
      masterKeyFile: keyFile('RINGBACK_MASTER_KEY_FILE', 'master'),
      previousMasterKeyFile: previousMasterKeyFile ? path.resolve(previousMasterKeyFile) : undefined,
      blindIndexKeyFile: keyFile('RINGBACK_BLIND_INDEX_KEY_FILE', 'blind-index'),
      journalKeyFile: keyFile('RINGBACK_JOURNAL_KEY_FILE', 'journal'),
    },
  }
  if (problems.length) throw new BadConfig(problems)
  return config
}

/** A secret's file, without the newline an editor leaves. @throws BadConfig when it cannot be read or is empty */
export function readSecret(file: string): string {
  try {
    const secret = readFileSync(file, 'utf8').trim()
    if (secret) return secret
  } catch (error) {
    throw new BadConfig([`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`])
  }
  throw new BadConfig([`${file} is empty`])
}

type TlsSource = { kind: 'none' } | { kind: 'files'; certFile: string; keyFile: string } | { kind: 'local-authority'; folder: string }

/** The site's own certificate, an authority made here, or none. */
function tlsSource(env: Env, dataFolder: string, problems: string[]): TlsSource {
  const [wanted, certFile, keyFile] = ['RINGBACK_TLS', 'RINGBACK_TLS_CERT_FILE', 'RINGBACK_TLS_KEY_FILE'].map(
    (name) => env[name]?.trim() ?? '',
  )
  if (wanted && wanted !== 'local-authority') problems.push(`RINGBACK_TLS is not local-authority: ${wanted}`)
  if (wanted && (certFile || keyFile))
    problems.push('RINGBACK_TLS and RINGBACK_TLS_CERT_FILE are two ways to one certificate: set one of them')
  if (!certFile !== !keyFile) problems.push('RINGBACK_TLS_CERT_FILE and RINGBACK_TLS_KEY_FILE go together: one of them is missing')
  if (certFile && keyFile) return { kind: 'files', certFile: path.resolve(certFile), keyFile: path.resolve(keyFile) }
  return wanted ? { kind: 'local-authority', folder: path.join(dataFolder, 'tls') } : { kind: 'none' }
}

/** Off loopback, passwords and sessions would cross the network: there the service speaks TLS itself, or does not start. */
function publicFace(
  given: string | undefined,
  { bind, port, tls }: { bind: string; port: number; tls: TlsSource },
  problems: string[],
): Pick<Config['http'], 'publicUrl' | 'cookie' | 'tls'> {
  const hasTls = tls.kind !== 'none'
  const isLocal = LOOPBACK.test(bind)
  if (!isLocal && !hasTls) {
    problems.push(
      'RINGBACK_HTTP_BIND is not loopback, and passwords would cross the network readable: set RINGBACK_TLS=local-authority, or RINGBACK_TLS_CERT_FILE and RINGBACK_TLS_KEY_FILE, or keep it on loopback behind a TLS proxy',
    )
  } else if (!isLocal && !given?.trim()) {
    problems.push('RINGBACK_HTTP_BIND is not loopback: set RINGBACK_PUBLIC_URL to the https address that browsers use')
  }
  const publicUrl = urlOf(given?.trim() || `${hasTls ? 'https' : 'http'}://localhost:${port}`, 'RINGBACK_PUBLIC_URL', /^https?:$/, problems)
  const parsed = URL.parse(publicUrl)
  const isSecure = parsed?.protocol === 'https:'
  if (parsed && !isSecure && (hasTls || !LOOPBACK.test(parsed.hostname)))
    problems.push(`RINGBACK_PUBLIC_URL must be https${hasTls ? '' : ', or a loopback address'}: ${publicUrl}`)
  const cookie = { isSecure, name: isSecure ? '__Host-ringback' : `ringback-${port}` }
  if (tls.kind !== 'local-authority') return { publicUrl, cookie, tls }
  // Where browsers go, and this machine's own look whether the service is ready.
  const host = parsed?.hostname.replace(/^\[|\]$/g, '') ?? 'localhost'
  return { publicUrl, cookie, tls: { ...tls, names: [...new Set([host, 'localhost', '127.0.0.1'])] } }
}

/** NOTE: the value is not repeated: a database address holds its password. */
function urlOf(value: string, name: string, protocol: RegExp, problems: string[]): string {
  if (value && !(URL.canParse(value) && protocol.test(new URL(value).protocol)))
    problems.push(`${name} is not an address of the right kind`)
  return value
}

function portRange(value: string, problems: string[]): Config['rtp'] {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(value) ?? []
  const range = { firstPort: Number(first), lastPort: Number(last) }
  const isRange = range.firstPort >= 1024 && range.lastPort <= 65_535 && range.lastPort - range.firstPort >= 3
  if (!isRange) problems.push(`RINGBACK_RTP_PORTS is not a range such as 20000-20999: ${value}`)
  return range
}
