/** The consent text spoken by a machine: made at set-up (scripts/make-consent-audio.ts), read here. */
import { access, readFile } from 'node:fs/promises'
import path from 'node:path'
import { NotFound } from '../../platform/errors.ts'
import { CONSENT_TEXTS, consentAudioName } from '../prompts/service.ts'

/** In which languages there is a draft; none where set-up made none. */
export async function listConsentAudio(folder: string): Promise<Set<string>> {
  const codes = Object.keys(CONSENT_TEXTS)
  const found = await Promise.all(
    codes.map(async (code) => {
      try {
        await access(path.join(folder, consentAudioName(code)))
        return [code]
      } catch {
        // Not there, or not ours to read: the auditor reads the text aloud.
        return []
      }
    }),
  )
  return new Set(found.flat())
}

/** @throws NotFound */
export async function readConsentAudio(folder: string, languageCode: string): Promise<Buffer> {
  const isKnown = languageCode in CONSENT_TEXTS && (await listConsentAudio(folder)).has(languageCode)
  if (!isKnown) throw new NotFound('no-consent-audio', 'Nobody has spoken the consent text in this language.')
  return readFile(path.join(folder, consentAudioName(languageCode)))
}
