import { Type, type Static } from 'typebox'
import { AgentView } from '../agents/contract.ts'
import { CallbackRow } from '../callbacks/contract.ts'
import { CallView } from '../calls/contract.ts'
import { Country } from '../countries/contract.ts'
import { VoicemailView } from '../voicemails/contract.ts'

/** What supervisors see now: the snapshot of topic "board". */
export const Board = Type.Object({
  countries: Type.Array(Country),
  calls: Type.Array(CallView),
  callbacks: Type.Array(CallbackRow),
  agents: Type.Array(AgentView),
  voicemails: Type.Array(VoicemailView),
  isTelephonyConnected: Type.Boolean(),
})
export type Board = Static<typeof Board>

/** One change of topic "board": the new state of one thing, or that it left the board. */
export const BoardChange = Type.Union([
  Type.Object({ kind: Type.Literal('call'), call: CallView }),
  Type.Object({ kind: Type.Literal('callback'), callback: CallbackRow }),
  Type.Object({ kind: Type.Literal('callback-gone'), id: Type.String() }),
  Type.Object({ kind: Type.Literal('agent'), agent: AgentView }),
  Type.Object({ kind: Type.Literal('voicemail'), voicemail: VoicemailView }),
  Type.Object({ kind: Type.Literal('country'), country: Country }),
  Type.Object({ kind: Type.Literal('telephony'), isConnected: Type.Boolean() }),
])
export type BoardChange = Static<typeof BoardChange>
