/** Who may reach which port: what nftables.conf is filled with. */
import { isIP } from 'node:net'
import type { Scope } from './template.ts'

export interface FirewallFacts {
  /** TCP port of the console. */
  consolePort: number
  /** Where agents' phones are: addresses, or networks such as `10.20.0.0/16`. None: no phone registers from outside this machine. */
  agentNetworks: readonly string[]
  /** Where the console is opened; none: anywhere. */
  consoleNetworks: readonly string[]
}

/** An IP address, or a network with the length of its prefix. */
export function isNetwork(text: string): boolean {
  const [address = '', length, ...more] = text.split('/')
  const family = isIP(address)
  if (!family || more.length) return false
  return length === undefined || (/^[0-9]{1,3}$/.test(length) && Number(length) <= (family === 4 ? 32 : 128))
}

/** Whence a trunk's carrier speaks. */
type CarrierSources = { id: string; carrierHost: string; ways?: { furtherSources?: readonly string[] } }

export function firewallScope(
  { agentNetworks, consoleNetworks, consolePort }: Partial<FirewallFacts>,
  trunks: readonly CarrierSources[],
): Scope {
  const sources = trunks.flatMap(({ carrierHost, ways }) => [carrierHost, ...(ways?.furtherSources ?? [])])
  return {
    ...byFamily('carriers', sources),
    ...byFamily('agents', agentNetworks),
    ...byFamily('console', consoleNetworks),
    carrierNames: trunks.filter(({ carrierHost }) => !isIP(carrierHost)).map(({ id, carrierHost }) => ({ trunk: id, carrierHost })),
    consolePorts: consolePort === undefined ? [] : [{ consolePort }],
    consoleLimits: consoleNetworks?.length ? [{}] : [],
  }
}

function byFamily(name: string, networks: readonly string[] = []): Scope {
  const of = (family: number) => networks.filter((network) => isIP(network.split('/')[0] ?? '') === family).map((address) => ({ address }))
  return { [`${name}4`]: of(4), [`${name}6`]: of(6) }
}
