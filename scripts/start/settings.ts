import { join, resolve } from 'node:path'
import { isNetwork } from '../../asterisk-config/firewall.ts'
import { BadConfig, readConfig, type Config } from '../../server/config.ts'
import { carrierPortOf, countries } from '../demo/programme.ts'
import type { PortNeed } from '../lib/ports.ts'
import { SetupProblem } from '../lib/setup-problem.ts'
import type { AsteriskMode } from '../setup/asterisk.ts'

export interface StartSettings {
  /** The service's own settings, checked; its database address is a placeholder when ours is embedded. */
  service: Config
  dataFolder: string
  /** Undefined: the embedded Postgres. */
  databaseUrl: string | undefined
  asterisk: AsteriskMode | 'external'
  ariPort: number
  /** For trunks over TLS; all three or none. */
  sipTls: { certFile: string; keyFile: string; caFile: string } | undefined
  /** For the firewall's rules: where agents' phones are, and where the console is opened. */
  networks: { agents: string[]; console: string[] }
}

/** The one ARI user of the Asterisk we start. */
export const ARI_USER = 'ringback'

const MODES = ['auto', 'system', 'rootfs', 'external'] as const
const TLS_FILES = ['RINGBACK_SIP_TLS_CERT_FILE', 'RINGBACK_SIP_TLS_KEY_FILE', 'RINGBACK_SIP_TLS_CA_FILE'] as const
const PLACEHOLDER = 'postgres://embedded'

/** @throws SetupProblem that lists every setting that is wrong */
export function readStartSettings(env: NodeJS.ProcessEnv, root: string): StartSettings {
  const dataFolder = resolve(root, env.RINGBACK_DATA?.trim() || 'var')
  const databaseUrl = env.DATABASE_URL?.trim() || undefined
  const wanted = env.ASTERISK?.trim() || 'auto'
  const asterisk = MODES.find((mode) => mode === wanted)
  const problems: string[] = []
  if (!asterisk) problems.push(`ASTERISK is none of ${MODES.join(', ')}: ${wanted}`)
  if (asterisk === 'external') {
    for (const name of ['ARI_URL', 'ARI_USER', 'ARI_PASSWORD_FILE'])
      if (!env[name]?.trim()) problems.push(`ASTERISK=external needs ${name}`)
  }
  const [certFile, keyFile, caFile] = TLS_FILES.map((name) => env[name]?.trim() && resolve(root, env[name].trim()))
  const sipTls = certFile && keyFile && caFile ? { certFile, keyFile, caFile } : undefined
  if (!sipTls && (certFile || keyFile || caFile)) problems.push(`trunks over TLS need ${TLS_FILES.join(', ')}: all of them`)
  const networks = {
    agents: networksOf('RINGBACK_AGENT_NETWORKS', env, problems),
    console: networksOf('RINGBACK_CONSOLE_NETWORKS', env, problems),
  }
  const service = readServiceSettings({ ...env, RINGBACK_DATA: dataFolder, DATABASE_URL: databaseUrl ?? PLACEHOLDER }, problems)
  if (!asterisk || !service || problems.length > 0) throw new SetupProblem(`Settings to mend: ${problems.join('; ')}.`)
  return { service, dataFolder, databaseUrl, asterisk, ariPort: Number(env.RINGBACK_ARI_PORT?.trim() || 8088), sipTls, networks }
}

function networksOf(name: string, env: NodeJS.ProcessEnv, problems: string[]): string[] {
  const networks = (env[name] ?? '').split(/[\s,]+/).filter(Boolean)
  if (!networks.every(isNetwork)) problems.push(`${name} is not a list of networks such as 10.20.0.0/16`)
  return networks
}

function readServiceSettings(env: NodeJS.ProcessEnv, problems: string[]): Config | undefined {
  try {
    return readConfig(env)
  } catch (error) {
    if (!(error instanceof BadConfig)) throw error
    problems.push(...error.problems)
    return undefined
  }
}

/** Everything that will listen, with the variable that moves it. RTP is a range of which every port must be free. */
export function portNeeds({ service, asterisk, ariPort }: StartSettings): PortNeed[] {
  const { http, sip, rtp } = service
  const needs: PortNeed[] = [{ protocol: 'tcp', host: http.bind, port: http.port, variable: 'RINGBACK_HTTP_PORT', use: 'the console' }]
  if (asterisk === 'external') return needs
  needs.push({ protocol: 'udp', host: sip.bind, port: sip.port, variable: 'RINGBACK_SIP_PORT', use: 'SIP' })
  needs.push({ protocol: 'tcp', host: '127.0.0.1', port: ariPort, variable: 'RINGBACK_ARI_PORT', use: "Asterisk's ARI" })
  for (const { carrierHost: host, name } of countries) {
    needs.push({
      protocol: 'udp',
      host,
      port: carrierPortOf(sip.port),
      variable: 'RINGBACK_SIP_PORT',
      use: `the simulated carrier of ${name}`,
    })
  }
  for (let port = rtp.firstPort; port <= rtp.lastPort; port++) {
    needs.push({ protocol: 'udp', host: sip.bind, port, variable: 'RINGBACK_RTP_PORTS', use: 'call audio' })
  }
  return needs
}

/** Files below the data folder, in one place. */
export function places({ dataFolder }: StartSettings) {
  return {
    lock: join(dataFolder, 'start.lock'),
    secrets: join(dataFolder, 'secrets'),
    postgres: join(dataFolder, 'postgres'),
    asterisk: join(dataFolder, 'asterisk'),
    sounds: join(dataFolder, 'sounds'),
    consent: join(dataFolder, 'consent'),
    demo: join(dataFolder, 'demo.json'),
    serviceLog: join(dataFolder, 'service.log'),
  }
}
