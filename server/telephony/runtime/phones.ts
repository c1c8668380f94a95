/** Agents' phones: pushed into Asterisk's memory, and whether they can be reached. The database is the only truth. */
import { agentPhoneConfig } from '../../../asterisk-config/agent-phone.ts'
import type { AgentPhoneFacts } from '../../domains/agents/ports.ts'
import type { AriCommands, Log } from '../ari/face.ts'
import type { TelephonyServices } from './ports.ts'

export type Phones = {
  push(phone: AgentPhoneFacts): Promise<void>
  remove(sipUser: string): Promise<void>
  /** All of them, and which can be reached now: after every connect. Asks again later by itself when it fails half-way. */
  pushAll(): Promise<void>
  /** Asterisk says that a phone came or went. */
  changed(endpoint: string, isReachable: boolean): void
}

type Deps = {
  commands: AriCommands
  agents: TelephonyServices['agents']
  /** What SIP is bound to. */
  sipBind: string
  log: Pick<Log, 'info' | 'warn'>
  /** Calls back in a while; forgets an earlier wish. */
  retry: (again: () => void) => void
}

const AGENT_ENDPOINT = /^PJSIP\/(agent-[a-z0-9]+)$/

export function createPhones({ commands, agents, sipBind, log, retry }: Deps): Phones {
  const push = async ({ sipUser, sipPasswordDigest: passwordDigest }: AgentPhoneFacts) => {
    for (const { objectType, id, fields } of agentPhoneConfig({ sipUser, passwordDigest, sipBind })) {
      await commands.putConfig({ objectType, id }, fields)
    }
  }
  // One after the other: two of one phone at once could arrive in the wrong order.
  let telling: Promise<unknown> = Promise.resolve()
  const tell = (sipUser: string, isReachable: boolean): Promise<unknown> => {
    const told = telling.then(() => agents.phoneReachable({ sipUser, isReachable }))
    telling = told.catch(() => undefined)
    return told
  }
  // Of whom Asterisk told us since it was last asked about all: what it said then is older.
  const heardOf = new Set<string>()
  const pushAll = async () => {
    try {
      const phones = await agents.listPhones()
      for (const phone of phones) await push(phone)
      heardOf.clear()
      const online = new Set((await commands.listEndpoints('PJSIP')).flatMap((each) => (each.state === 'online' ? [each.endpoint] : [])))
      for (const { sipUser } of phones) if (!heardOf.has(sipUser)) await tell(sipUser, online.has(`PJSIP/${sipUser}`))
      log.info({ phones: phones.length }, 'phones pushed to Asterisk')
    } catch (error) {
      // Asterisk or the database is away. The next connect pushes again; a database that comes back says nothing, so ask.
      log.warn({ err: error }, 'phones could not be pushed')
      retry(() => void pushAll())
    }
  }
  return {
    push,
    remove: async (sipUser) => {
      for (const { objectType, id } of agentPhoneConfig({ sipUser, passwordDigest: '', sipBind }).reverse()) {
        await commands.deleteConfig({ objectType, id })
      }
    },
    pushAll,
    changed: (endpoint, isReachable) => {
      const sipUser = AGENT_ENDPOINT.exec(endpoint)?.[1]
      if (sipUser === undefined) return
      heardOf.add(sipUser)
      tell(sipUser, isReachable).catch((error: unknown) => {
        // Told again with all the others once the database is back.
        log.warn({ err: error }, 'a phone’s state could not be told')
        retry(() => void pushAll())
      })
    },
  }
}
