/** What prompts need from telephony; filled in by context.ts. */

/** @property id one for each listening. @property path of the sound, without `.wav`, as Asterisk sees it */
export type Listening = { id: string; sipUser: string; path: string; maxSeconds: number }

/** Rings the phone and plays the sound once. Resolves when it rings. @throws PhoneSystemAway */
export type PlayOnPhone = (listening: Listening) => Promise<void>

export type PromptTelephony = { playOnPhone: PlayOnPhone }
