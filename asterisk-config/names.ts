/** The names that the service and the dialplan share. README.md tells what each is for. */

/** Which of a country's numbers is shown: the printed one, or the one printed nowhere. */
export type LineKind = 'card' | 'callback'

/** PJSIP endpoint and aor by which a carrier's calls come in and its state is known. */
export const inboundEndpoint = (trunkId: string) => `trunk-${trunkId}`
export const inboundContext = (trunkId: string) => `from-${trunkId}`
export const textContext = (trunkId: string) => `text-${trunkId}`

/** PJSIP endpoint that calls out over the trunk and shows that number. */
export const outboundEndpoint = (trunkId: string, kind: LineKind) => `${trunkId}-${kind}`
export const outboundContext = (trunkId: string, kind: LineKind) => `out-${trunkId}-${kind}`

/**
 * What ARI has to `create` to call a worker: the way through the dialplan's own check of the number.
 * Name the formats `alaw,ulaw` with it; left free, a Local channel picks a wide one and the processor pays.
 * @param number E.164
 */
export const outboundDial = (number: string, trunkId: string, kind: LineKind) => `Local/${number}@${outboundContext(trunkId, kind)}/n`

/** ARI names of what the dialplan leaves behind, `<folder>/<entry>`. */
export const RECORDING_FOLDERS = { journal: 'journal', fallback: 'fb', text: 'text' } as const
