/** Durations in milliseconds: `8 * SECOND`, never `8000`. */
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
/** Exactly 24 hours; for "the same wall time tomorrow" use `addLocalDays`. */
export const DAY = 24 * HOUR
