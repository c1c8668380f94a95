/** How long a message may be, by the room there is: what is long is given up before what is short. */

export const MAX_MESSAGE_SECONDS = 180
/** The longest that fits is taken. Less than the last is not worth a caller's breath: then only who rang is kept. */
const LIMITS_SECONDS = [MAX_MESSAGE_SECONDS, 60, 20]
/** 16-bit 8 kHz. */
const BYTES_A_SECOND = 16_000

/**
 * Seconds a message that begins now may last; 0: there is no room for any.
 * @param spareBytes what may be filled with messages @param others that are being recorded, each of which may want as much
 */
export function messageSecondsFor({ spareBytes, others }: { spareBytes: number; others: number }): number {
  const share = spareBytes / (others + 1)
  return LIMITS_SECONDS.find((seconds) => seconds * BYTES_A_SECOND <= share) ?? 0
}
