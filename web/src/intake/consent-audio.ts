import type { IntakeSetup } from './api.ts'
import * as store from './store.ts'

export const audioName = (languageCode: string, version: number) => `${languageCode}-${version}`

/** Takes along the spoken consent texts of the open visits' languages; what the phone has is not fetched again. */
export async function takeAudioAlong({ visits, consentTextVersion }: IntakeSetup): Promise<void> {
  const codes = new Set(visits.flatMap(({ languages }) => languages.filter((one) => one.hasConsentAudio).map(({ code }) => code)))
  const wanted = new Map<string, Blob>()
  for (const code of codes) {
    const name = audioName(code, consentTextVersion)
    const blob = (await store.readAudio(name)) ?? (await fetchAudio(code))
    if (blob) wanted.set(name, blob)
  }
  await store.keepAudio(wanted)
}

/** Undefined when it cannot be had now: the text can still be read out, and the next look at the server tries again. */
async function fetchAudio(code: string): Promise<Blob | undefined> {
  try {
    const reply = await fetch(`/api/intake/consent/${code}`, { credentials: 'same-origin' })
    return reply.ok ? await reply.blob() : undefined
  } catch (error) {
    // What fetch throws when the connection went.
    if (!(error instanceof TypeError)) throw error
    return undefined
  }
}
