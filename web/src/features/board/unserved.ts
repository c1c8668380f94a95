/** What falls due meanwhile is seen after so long at most; the alert comes by itself. */
export const LOOK_EVERY_MS = 60_000
