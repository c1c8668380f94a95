/** No key of an outcome, an answer or the player. */
export const offerKeys = { accept: 'a', decline: 'd', listen: 'h' } as const
