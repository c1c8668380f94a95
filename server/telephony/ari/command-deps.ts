import type { Arrivals } from './arrivals.ts'
import type { Call } from './call.ts'
import type { AriHttp } from './http.ts'

export type CommandDeps = {
  call: Call
  http: AriHttp
  /** Where new and claimed legs arrive. */
  callsApplication: string
  arrivals: Arrivals
  deadlineMs: number
  /** Read of each leg that is listed with its variables. */
  rollCallVariables: string[]
}
