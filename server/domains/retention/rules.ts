import { DAY } from '../../platform/time/duration.ts'

/** Between announcing that somebody will be erased and doing it. */
export const NOTICE_DAYS = 7
/** Of callers and writers who belong to no client: as long as a client's usual term. */
export const CALLER_MONTHS = 24

/** From when on somebody may be erased who was found due at `now`. */
export const eraseAfter = (now: Date): Date => new Date(now.getTime() + NOTICE_DAYS * DAY)
