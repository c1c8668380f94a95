/** Which carriers answer, as Asterisk's own questions to them (OPTIONS, every 30 s) tell. */
import { trunkOfEndpoint } from '../../../asterisk-config/names.ts'
import { AriError } from '../ari/errors.ts'
import type { AriCommands, Log } from '../ari/face.ts'

export type Trunks = {
  /** After every connect. Never rejects. */
  readAll(): Promise<void>
  changed(endpoint: string, isReachable: boolean): void
  stateOf(trunkId: string): 'reachable' | 'silent' | 'unknown'
  /** Not ok names the trunks that do not answer. A carrier may refuse OPTIONS and still take calls. */
  readiness(): { isOk: boolean; detail?: string }
}

export function createTrunks({ commands, log }: { commands: AriCommands; log: Log }): Trunks {
  const reachable = new Map<string, boolean>()
  const set = (endpoint: string, isReachable: boolean) => {
    const trunkId = trunkOfEndpoint(endpoint)
    if (trunkId !== null) reachable.set(trunkId, isReachable)
  }
  return {
    readAll: async () => {
      try {
        for (const { endpoint, state } of await commands.listEndpoints('PJSIP')) set(endpoint, state === 'online')
      } catch (error) {
        if (!(error instanceof AriError)) throw error
        log.warn({ trouble: error.message }, 'the trunks’ states could not be read')
      }
    },
    changed: set,
    stateOf: (trunkId) => {
      const isReachable = reachable.get(trunkId)
      return isReachable === undefined ? 'unknown' : isReachable ? 'reachable' : 'silent'
    },
    readiness: () => {
      const silent = [...reachable].flatMap(([trunkId, isReachable]) => (isReachable ? [] : [trunkId]))
      return silent.length ? { isOk: false, detail: `no answer from trunk ${silent.join(', ')}` } : { isOk: true }
    },
  }
}
