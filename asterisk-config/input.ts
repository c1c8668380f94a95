import { isIP } from 'node:net'
import { isNetwork, type FirewallFacts } from './firewall.ts'
import { checkWays, type CarrierWays } from './carrier-ways.ts'
import type { LineKind } from './names.ts'

export interface TrunkFacts {
  /** Lower-case letters, digits and hyphens; part of every name of this trunk. */
  id: string
  countryId: string
  /** Of the country, such as `880`; needed where numbers are written as inside the country. */
  callingCode?: string
  /** The carrier's address: its calls come from there, ours go there. */
  carrierHost: string
  carrierPort: number
  /** Beginnings of the numbers that may be dialled, such as `+880`; number-plans.ts narrows them to ordinary subscribers. */
  allowedPrefixes: readonly string[]
  /** Upper limit of one call out; 3600 when not given. */
  maxCallSeconds?: number
  /** How this carrier wants to be spoken to; what is not given is as most carriers have it. */
  ways?: CarrierWays
}

export interface LineFacts {
  /** E.164. */
  did: string
  countryId: string
  /** Of the carrier whose number it is; the country's other trunks carry it as well. */
  trunkId: string
  kind: LineKind
  /** Languages of the message prompt when the service is away, in this order. */
  languages: readonly string[]
}

export interface AsteriskConfigInput {
  /** Holds asterisk.conf and everything of this Asterisk; made when it does not exist. */
  folder: string
  /** Holds what is recorded and written down on its way, in `recording`; `<folder>/spool` when not given. */
  spoolFolder?: string
  /** Asterisk's own: its modules, and its data (rest-api, documentation). */
  directories: { modules: string; data: string }
  /** UDP ports of SIP (TCP as well when a trunk wants it) and RTP, TCP port of ARI on 127.0.0.1, TCP port of SIP over TLS (`sip` + 1 when not given). */
  ports: { sip: number; sipTls?: number; ari: number; rtpFirst: number; rtpLast: number }
  /** Address of SIP and RTP; `0.0.0.0` or `::` for all. */
  binds: { sip: string }
  ariUser: string
  ariPassword: string
  /** 16 letters and digits; opens what the dialplan wrote (journal.ts). */
  journalKey: string
  /** Names of the services' ARI applications, without anchors: `ringback-[0-9]+`. */
  instancePattern: string
  trunks: readonly TrunkFacts[]
  /** For trunks over TLS: who we are, and who may sign the carrier's certificate. PEM files that Asterisk can read. */
  tls?: { certFile: string; keyFile: string; caFile: string }
  lines: readonly LineFacts[]
  /** For nftables.conf; without it only carriers get through it. */
  firewall?: FirewallFacts
  /** Holds `<language>/<prompt>.wav`. */
  soundsFolder: string
}

/** What was asked for cannot be written into Asterisk's files. The message names the field and never shows a secret. */
export class BadAsteriskConfig extends Error {
  readonly code = 'bad-asterisk-config'
}

// Nothing that ends a line, starts a comment, or means something to the dialplan: , & ; | ( ) [ ] { } $ " ' \ : % =
const PATH = /^\/[\p{L}\p{N} ._+@~/-]+$/u
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/
const E164 = /^\+[1-9][0-9]{6,14}$/

/** @throws BadAsteriskConfig that names the first field that cannot be written as it is */
export function checkInput(input: AsteriskConfigInput): void {
  const { ports } = input
  const { folder, soundsFolder, spoolFolder = folder } = input
  for (const [name, path] of Object.entries({ folder, soundsFolder, spoolFolder, ...input.directories })) {
    check(name, PATH.test(path) && !path.includes('/../'), 'an absolute path of letters, digits, spaces and ._+@~-')
  }
  for (const [name, path] of Object.entries(input.tls ?? {}))
    check(`tls.${name}`, PATH.test(path), 'an absolute path of letters, digits, spaces and ._+@~-')
  for (const [name, port] of Object.entries(ports)) check(`ports.${name}`, isPort(port), 'a port')
  check('ports.rtpLast', ports.rtpLast - ports.rtpFirst >= 3, 'at least 3 above ports.rtpFirst')
  for (const network of [...(input.firewall?.agentNetworks ?? []), ...(input.firewall?.consoleNetworks ?? [])])
    check('firewall', isNetwork(network), 'IP addresses or networks such as 10.20.0.0/16')
  check('binds.sip', isIP(input.binds.sip) > 0, 'an IP address')
  check('ariUser', /^[a-z][a-z0-9-]{0,30}$/.test(input.ariUser), 'lower-case letters, digits and hyphens')
  check('ariPassword', /^[A-Za-z0-9_-]{24,128}$/.test(input.ariPassword), '24 to 128 letters, digits, _ and -')
  check('journalKey', /^[A-Za-z0-9]{16}$/.test(input.journalKey), 'exactly 16 letters and digits')
  check('instancePattern', /^[A-Za-z0-9[\]+*_.-]{1,80}$/.test(input.instancePattern), 'a regular expression without commas or spaces')
  for (const trunk of input.trunks) {
    checkTrunk(trunk)
    checkWays(trunk, input.tls !== undefined, (name, isGood, wanted) => check(`trunk ${trunk.id} ${name}`, isGood, wanted))
  }
  for (const line of input.lines) checkLine(line, input.trunks)
  checkUnique(
    'trunk id',
    input.trunks.map(({ id }) => id),
  )
  // Asterisk would give every call of that address to one of the two.
  checkUnique(
    'carrierHost',
    input.trunks.flatMap(({ carrierHost, ways }) => [carrierHost, ...(ways?.furtherSources ?? [])]),
  )
  checkUnique(
    'did',
    input.lines.map(({ did }) => did),
  )
  checkUnique(
    'line kind of one country',
    input.lines.map(({ countryId, kind }) => `${countryId}-${kind}`),
  )
}

function checkTrunk(trunk: TrunkFacts): void {
  // `trunk-…` and `agent-…` begin other endpoints' names.
  check(
    'trunk.id',
    /^(?!(trunk|agent)(-|$))[a-z][a-z0-9-]{1,30}$/.test(trunk.id),
    'lower-case letters, digits and hyphens, not beginning with trunk or agent',
  )
  const at = `trunk ${trunk.id}`
  check(`${at} countryId`, /^[A-Z]{2}$/.test(trunk.countryId), 'two capital letters')
  check(`${at} carrierHost`, isIP(trunk.carrierHost) > 0 || HOST_NAME.test(trunk.carrierHost), 'an IP address or a host name')
  check(`${at} carrierPort`, isPort(trunk.carrierPort), 'a port')
  for (const prefix of trunk.allowedPrefixes)
    check(`${at} allowedPrefixes`, /^\+[1-9][0-9]{0,9}$/.test(prefix), 'like +88017, ten digits at most')
  const { maxCallSeconds = 3600 } = trunk
  check(`${at} maxCallSeconds`, Number.isInteger(maxCallSeconds) && maxCallSeconds >= 60 && maxCallSeconds <= 14_400, '60 to 14400')
}

function checkLine(line: LineFacts, trunks: readonly TrunkFacts[]): void {
  check('line.did', E164.test(line.did), 'E.164')
  const trunk = trunks.find(({ id }) => id === line.trunkId)
  check('line.trunkId', trunk !== undefined, 'the id of a trunk')
  check('line.countryId', trunk?.countryId === line.countryId, 'the country of its trunk')
  check('line.kind', ['card', 'callback'].includes(line.kind), 'card or callback')
  check(
    'line.languages',
    line.languages.length > 0 && line.languages.every((code) => /^[a-z]{2,3}$/.test(code)),
    'at least one language code',
  )
}

function checkUnique(name: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index)
  check(name, twice === undefined, 'different each time')
}

const isPort = (port: number) => Number.isInteger(port) && port >= 1 && port <= 65_535

function check(name: string, isGood: boolean, wanted: string): void {
  if (!isGood) throw new BadAsteriskConfig(`${name} must be ${wanted}.`)
}
