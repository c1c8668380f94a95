import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { asSent, namesOf, waysScope } from './carrier-ways.ts'
import { firewallScope } from './firewall.ts'
import { checkInput, type AsteriskConfigInput, type LineFacts, type TrunkFacts } from './input.ts'
import {
  FALLBACK_MESSAGE_SECONDS,
  checkContext,
  inboundContext,
  inboundEndpoint,
  outboundContext,
  outboundEndpoint,
  outboundExtension,
  RECORDING_FOLDERS,
  textContext,
} from './names.ts'
import { dialPatterns } from './number-plans.ts'
import { fill, type Scope } from './template.ts'

export type { CarrierWays } from './carrier-ways.ts'
export { BadAsteriskConfig, type AsteriskConfigInput, type LineFacts, type TrunkFacts } from './input.ts'

const TEMPLATES = import.meta.dirname

/**
 * Writes Asterisk's whole configuration into `input.folder` and makes the folders it needs there. Each file (mode 0600:
 * there are passwords and a key in them) appears whole or not at all; other files in the folder are left alone.
 * Asterisk reads it at its start; a running one has to be restarted.
 * @throws BadAsteriskConfig before anything is written
 */
export async function renderAsteriskConfig(input: AsteriskConfigInput): Promise<void> {
  const files = await asteriskConfigFiles(input)
  const own = ['db', 'keys', 'lib', 'log', 'run'].map((name) => join(input.folder, name))
  const recordings = Object.values(RECORDING_FOLDERS).map((name) => join(recordingsOf(input), name))
  for (const folder of [...own, ...recordings]) await mkdir(folder, { recursive: true, mode: 0o700 })
  for (const [name, text] of Object.entries(files)) await writeWhole(join(input.folder, name), text)
}

/** File name → text of every configuration file. */
export async function asteriskConfigFiles(input: AsteriskConfigInput): Promise<Record<string, string>> {
  checkInput(input)
  const scope = scopeOf(input)
  const names = (await readdir(TEMPLATES)).filter((name) => name.endsWith('.conf'))
  const files = await Promise.all(names.map(async (name) => [name, fill(await readFile(join(TEMPLATES, name), 'utf8'), scope)] as const))
  return Object.fromEntries(files)
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`
  await writeFile(draft, text, { mode: 0o600, flag: 'wx' })
  await rename(draft, path)
}

const spoolOf = ({ folder, spoolFolder = join(folder, 'spool') }: AsteriskConfigInput) => spoolFolder
const recordingsOf = (input: AsteriskConfigInput) => join(spoolOf(input), 'recording')

function scopeOf(input: AsteriskConfigInput): Scope {
  const { folder, directories, ports, binds, ariUser, ariPassword, journalKey, instancePattern } = input
  return {
    folder,
    modulesFolder: directories.modules,
    dataFolder: directories.data,
    spool: spoolOf(input),
    recordings: recordingsOf(input),
    messageSeconds: FALLBACK_MESSAGE_SECONDS,
    sounds: input.soundsFolder,
    sipBind: hostPort(binds.sip, ports.sip),
    tcpTransports: input.trunks.some(({ ways }) => ways?.transport === 'tcp') ? [{}] : [],
    tlsTransports: input.tls ? [{ ...input.tls, tlsBind: hostPort(binds.sip, ports.sipTls ?? ports.sip + 1) }] : [],
    mediaLines: mediaLines(binds.sip),
    sipPort: ports.sip,
    sipTlsPort: ports.sipTls ?? ports.sip + 1,
    ...firewallScope(input.firewall ?? {}, input.trunks),
    ariPort: ports.ari,
    rtpFirst: ports.rtpFirst,
    rtpLast: ports.rtpLast,
    ariUser,
    ariPassword,
    journalKey,
    instancePattern,
    trunks: input.trunks.map((trunk) => trunkScope(trunk, input)),
  }
}

/** Every trunk of a country carries all its numbers, in and out: when one carrier fails another one may bring and take the calls. */
function trunkScope(trunk: TrunkFacts, { lines }: AsteriskConfigInput): Scope {
  const own = lines.filter(({ countryId }) => countryId === trunk.countryId)
  return {
    trunk: trunk.id,
    inboundEndpoint: inboundEndpoint(trunk.id),
    inboundContext: inboundContext(trunk.id),
    textContext: textContext(trunk.id),
    numbersContext: `numbers-${trunk.id}`,
    patterns: dialPatterns(trunk.countryId, trunk.allowedPrefixes).map((pattern) => ({ pattern })),
    outboundAor: `out-${trunk.id}`,
    carrierHost: trunk.carrierHost,
    carrierUri: `sip:${hostPort(trunk.carrierHost, trunk.carrierPort)}`,
    maxCallSeconds: trunk.maxCallSeconds ?? 3600,
    ...waysScope(trunk),
    lines: own.map((line) => ({
      ...lineScope(line, trunk),
      ...checkScope(line, own.find(({ kind }) => kind !== line.kind) ?? line, trunk),
    })),
    // Where the carrier sends calls that name the log-in instead of a number.
    contactUser: own.find(({ kind }) => kind === 'card')?.did.slice(1) ?? '',
  }
}

function lineScope({ did, kind, languages }: LineFacts, trunk: TrunkFacts): Scope {
  const trunkId = trunk.id
  const identityHeader = trunk.ways?.identityHeader
  const isRemoteParty = identityHeader === 'Remote-Party-ID'
  return {
    did,
    names: namesOf(did, trunk.callingCode).map((name) => ({ name })),
    didAsSent: asSent(did, trunk),
    dialOptions: identityHeader ? `b(${identityContext(trunkId, kind)}^s^1)` : '',
    // The older header says besides who calls, and that nothing is to be hidden.
    identities: identityHeader && !isRemoteParty ? [{ identityHeader, identityContext: identityContext(trunkId, kind) }] : [],
    remoteParties: isRemoteParty ? [{ identityContext: identityContext(trunkId, kind) }] : [],
    kind,
    languageList: languages.join('&'),
    outboundEndpoint: outboundEndpoint(trunkId, kind),
    outboundContext: outboundContext(trunkId, kind),
    outboundExtension: outboundExtension(trunkId, kind),
  }
}

/** A check of a number shows the trunk's other one, if there is one: carriers refuse a number that calls itself. */
function checkScope({ did, kind }: LineFacts, caller: LineFacts, trunk: TrunkFacts): Scope {
  const trunkId = trunk.id
  const { dialPrefix, dialStrip } = waysScope(trunk)
  const identity = trunk.ways?.identityHeader ? `b(${identityContext(trunkId, caller.kind)}^s^1)` : ''
  return {
    checkContext: checkContext(trunkId, kind),
    checkCaller: caller.did,
    checkEndpoint: outboundEndpoint(trunkId, caller.kind),
    checkOptions: identity,
    didAsDialled: `${String(dialPrefix)}${did.slice(Number(dialStrip))}`,
  }
}

const identityContext = (trunkId: string, kind: string) => `identity-${trunkId}-${kind}`

/** An address of ours that all audio goes through; none when SIP listens on every address. */
function mediaLines(bind: string): Scope[] {
  if (bind === '0.0.0.0' || bind === '::') return []
  return [{ mediaAddress: bind, isIpv6: isIPv6(bind) ? 'yes' : 'no' }]
}

const hostPort = (host: string, port: number) => (isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`)
