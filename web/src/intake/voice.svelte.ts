/** Reads the consent text aloud by a voice that lives on this phone: a voice of a far server would need a connection and be told of us. */
class Voice {
  #voices = $state.raw<SpeechSynthesisVoice[]>([])
  #isSpeaking = $state(false)

  constructor() {
    if (!('speechSynthesis' in window)) return
    const read = () => (this.#voices = speechSynthesis.getVoices().filter(({ localService }) => localService))
    read()
    speechSynthesis.addEventListener('voiceschanged', read)
  }
  get isSpeaking() {
    return this.#isSpeaking
  }

  speaks(languageCode: string): boolean {
    return this.#find(languageCode) !== undefined
  }

  /** Speaks, or stops when it is speaking. */
  toggle(text: string, languageCode: string): void {
    speechSynthesis.cancel()
    if (this.#isSpeaking) {
      this.#isSpeaking = false
      return
    }
    const utterance = new SpeechSynthesisUtterance(text)
    utterance.voice = this.#find(languageCode) ?? null
    utterance.lang = utterance.voice?.lang ?? languageCode
    utterance.rate = 0.9
    utterance.onend = utterance.onerror = () => (this.#isSpeaking = false)
    this.#isSpeaking = true
    speechSynthesis.speak(utterance)
  }

  #find(languageCode: string): SpeechSynthesisVoice | undefined {
    return this.#voices.find(({ lang }) => lang.toLowerCase().split(/[-_]/)[0] === languageCode)
  }
}

export const voice = new Voice()
