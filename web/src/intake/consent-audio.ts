import type { IntakeSetup } from './api.ts'
import * as store from './store.ts'

export const audioName = (languageCode: string, version: number) => `${languageCode}-${version}`

const LONGEST_FETCH_MS = 10_000

/** Takes along the spoken consent texts of the open visits' languages; what the phone has is not fetched again. */
export async function takeAudioAlong({ visits, consentTextVersion }: IntakeSetup): Promise<void> {
  const codes = new Set(visits.flatMap(({ languages }) => languages.filter((one) => one.hasConsentAudio).map(({ code }) => code)))
  const wanted = new Map<string, Blob>()
  for (const code of codes) {
    const name = audioName(code, consentTextVersion)
    const blob = (await store.readAudio(name)) ?? (await fetchAudio(code))
    if (blob) wanted.set(name, blob)
  }
  try {
    await store.keepAudio(wanted)
  } catch (error) {
    // No room on the phone: workers are taken all the same, and the text is read out.
    if (!(error instanceof DOMException)) throw error
  }
}

/** Undefined when it cannot be had now: the text can still be read out, and the next look at the server tries again. */
async function fetchAudio(code: string): Promise<Blob | undefined> {
  try {
    const reply = await fetch(`/api/intake/consent/${code}`, { credentials: 'same-origin', signal: AbortSignal.timeout(LONGEST_FETCH_MS) })
    return reply.ok ? await reply.blob() : undefined
  } catch (error) {
    // What fetch throws when the connection went, or took too long: what was entered waits behind this to be sent.
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error
    return undefined
  }
}
