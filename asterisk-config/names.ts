/** The names that the service and the dialplan share. README.md tells what each is for. */

/** Which of a country's numbers is shown: the printed one, or the one printed nowhere. */
export type LineKind = 'card' | 'callback'

/** PJSIP endpoint and aor by which a carrier's calls come in and its state is known. */
export const inboundEndpoint = (trunkId: string) => `trunk-${trunkId}`
/** The trunk an incoming leg came by. @param endpoint `PJSIP/trunk-bd` @returns null for any other leg */
export function trunkOfEndpoint(endpoint: string): string | null {
  const beginning = `PJSIP/${inboundEndpoint('')}`
  return endpoint.startsWith(beginning) ? endpoint.slice(beginning.length) : null
}
export const inboundContext = (trunkId: string) => `from-${trunkId}`
export const textContext = (trunkId: string) => `text-${trunkId}`

/** PJSIP endpoint that calls out over the trunk and shows that number. */
export const outboundEndpoint = (trunkId: string, kind: LineKind) => `${trunkId}-${kind}`
export const outboundContext = (trunkId: string, kind: LineKind) => `out-${trunkId}-${kind}`

/** The dialplan's extension for that trunk and number. Points: Asterisk leaves hyphens out when it compares, so `bd-2` would be `bd2`. */
export const outboundExtension = (trunkId: string, kind: LineKind) => outboundEndpoint(trunkId, kind).replaceAll('-', '.')
/**
 * What ARI has to `create` to call a worker: the way through the dialplan's own check of the number, which travels in
 * `outboundVariables`, because a channel's name is logged. Name the formats `outboundFormats` with it: left free, a
 * Local channel picks a wide one and the processor pays. A trunk that Asterisk was not told of ends it with cause 20.
 */
export const outboundDial = (trunkId: string, kind: LineKind) => `Local/${outboundExtension(trunkId, kind)}@out/n`
export const outboundFormats = 'alaw,ulaw'
/**
 * @param number E.164
 * @param examineSeconds rings at most so long, and who answers is listened to before the call is answered; absent: nobody listens, and
 * the caller ends the ringing
 */
export const outboundVariables = (number: string, examineSeconds?: number) => ({
  _RB_NUMBER: number,
  ...(examineSeconds === undefined ? {} : { _RB_EXAMINE_SECONDS: String(examineSeconds) }),
})
/** The longest that who answers is listened to, `total_analysis_time` of amd.conf rounded up. */
export const EXAMINATION_SECONDS = 5
/** Instead of a SIP status, of a call that a machine answered (splitCause). */
export const ANSWERED_BY_MACHINE = 200

/**
 * What ARI has to `create` to call, or text, a number of our own: over the carrier and back (`trunk`), or into the dialplan as if
 * the carrier had sent it (`loop`). The number is in the dialplan: none is handed over.
 */
export const checkContext = (trunkId: string, kind: LineKind) => `check-${trunkId}-${kind}`
export const checkDial = (trunkId: string, kind: LineKind, way: 'trunk' | 'loop' | 'text') =>
  `Local/${way}@${checkContext(trunkId, kind)}/n`
/** @param token eight digits @param text letters, digits and spaces, for `text` */
export const checkVariables = ({ token = '', text = '' }: { token?: string; text?: string }) => ({ _RB_TOKEN: token, _RB_TEXT: text })

/**
 * Takes apart the cause of a call made by outboundDial: `486017` is SIP 486 and Q.850 cause 17. A plain cause (below
 * 1000) came without a SIP status. README.md names them all.
 */
export function splitCause(cause: number): { hangupCause: number; sipStatus: number | null } {
  return cause < 1000 ? { hangupCause: cause, sipStatus: null } : { hangupCause: cause % 1000, sipStatus: Math.floor(cause / 1000) }
}

/** Asterisk's global variable: the longest message the dialplan takes by itself, in seconds; 0: there is no room for one. */
export const MESSAGE_SECONDS_VARIABLE = 'RB_MESSAGE_SECONDS'
/** Its value until a service says otherwise. */
export const FALLBACK_MESSAGE_SECONDS = 180

/** ARI names of what the dialplan leaves behind, `<folder>/<entry>`, and of what a check of a number hears. */
export const RECORDING_FOLDERS = { journal: 'journal', fallback: 'fb', text: 'text', check: 'check' } as const
