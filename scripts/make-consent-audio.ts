import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import source from '../asterisk-config/sounds/catalogue.json' with { type: 'json' }
import { CONSENT_SPEECH, CONSENT_TEXTS, consentAudioName } from '../server/domains/prompts/consent-rules.ts'
import { exists } from './lib/exists.ts'
import { lastLines, runCommand } from './lib/run-command.ts'
import { SetupProblem } from './lib/setup-problem.ts'

/** As slow as the prompts: it is heard in a noisy hall. */
const WORDS_PER_MINUTE = '145'

/**
 * Speaks the consent texts of these languages into `folder`, for auditors' phones that have no voice of their own: 8 kHz and 8
 * bits a sample, which every browser plays, some 120 KB each. What is there already is left alone.
 * @throws SetupProblem when espeak-ng or sox fails
 */
export async function makeConsentAudio(folder: string, languages: readonly string[], signal?: AbortSignal): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const language of languages) {
    const path = join(folder, consentAudioName(language))
    const voice = (source as Record<string, { voice: string }>)[language]?.voice
    const speech = CONSENT_SPEECH[language] ?? CONSENT_TEXTS[language]
    if (!voice || !speech || (await exists(path))) continue
    const draft = `${path}-${randomBytes(4).toString('hex')}`
    try {
      await run('espeak-ng', ['-v', voice, '-s', WORDS_PER_MINUTE, '-w', `${draft}-wide.wav`, '--', speech], signal)
      await run(
        'sox',
        ['-D', `${draft}-wide.wav`, '-r', '8000', '-c', '1', '-e', 'mu-law', '-b', '8', `${draft}.wav`, 'gain', '-n', '-3'],
        signal,
      )
      await rename(`${draft}.wav`, path)
    } finally {
      for (const left of [`${draft}-wide.wav`, `${draft}.wav`]) await rm(left, { force: true })
    }
  }
}

async function run(command: string, args: readonly string[], signal?: AbortSignal): Promise<void> {
  const { code, output } = await runCommand(command, args, { timeoutSeconds: 60, signal })
  signal?.throwIfAborted()
  if (code !== 0) throw new SetupProblem(`${command} could not speak the consent text: ${lastLines(output, 2)}`)
}
