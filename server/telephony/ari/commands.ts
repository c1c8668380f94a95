/** The verbs of face.ts over ari-client. What may be passed is checked in names.ts before anything is sent. */
import type { AriCommands } from './face.ts'
import { bridgeCommands } from './commands-bridges.ts'
import { callCommands } from './commands-calls.ts'
import type { CommandDeps } from './command-deps.ts'
import { newLegCommands } from './commands-new-legs.ts'
import { otherServicesCommands } from './commands-other-services.ts'
import { recordingCommands } from './commands-recordings.ts'
import { systemCommands } from './commands-system.ts'

export function createCommands(deps: CommandDeps): AriCommands {
  const aboutCalls = callCommands(deps)
  return {
    ...aboutCalls,
    ...newLegCommands(deps),
    ...bridgeCommands(deps),
    ...recordingCommands(deps),
    ...systemCommands(deps),
    ...otherServicesCommands({ ...deps, getVariables: aboutCalls.getVariables }),
  }
}
