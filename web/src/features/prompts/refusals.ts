import { t } from '../../text/text.svelte.ts'

/** Does something that may be refused, by the service or by the browser's microphone. @returns the sentence of the refusal, or '' when it was done */
export async function attempt(work: () => Promise<unknown>): Promise<string> {
  try {
    await work()
    return ''
  } catch (error) {
    if (error instanceof DOMException) return t(error.name === 'NotAllowedError' ? 'prompts.noMicrophone' : 'prompts.notASound')
    if (!(error instanceof Error)) throw error
    return error.message
  }
}
