/**
 * Reads the consent text aloud: by a voice that lives on this phone, for a voice of a far server would need a connection and be
 * told of us; else by the recording that was taken along.
 */
import { audioName } from './consent-audio.ts'
import * as store from './store.ts'

type Text = { text: string; languageCode: string; version: number }

class Voice {
  #voices = $state.raw<SpeechSynthesisVoice[]>([])
  #isSpeaking = $state(false)
  #player: HTMLAudioElement | undefined

  constructor() {
    if (!('speechSynthesis' in window)) return
    const read = () => (this.#voices = speechSynthesis.getVoices().filter(({ localService }) => localService))
    read()
    speechSynthesis.addEventListener('voiceschanged', read)
  }
  get isSpeaking() {
    return this.#isSpeaking
  }

  hasVoice(languageCode: string): boolean {
    return this.#find(languageCode) !== undefined
  }

  /** Speaks, or stops when it is speaking. @returns false when there is neither a voice nor a recording on this phone */
  async toggle({ text, languageCode, version }: Text): Promise<boolean> {
    if (this.#isSpeaking) {
      this.stop()
      return true
    }
    const voice = this.#find(languageCode)
    if (voice) {
      this.#speak(text, voice)
      return true
    }
    const recording = await store.readAudio(audioName(languageCode, version))
    if (recording) await this.#play(recording)
    return recording !== undefined
  }

  stop(): void {
    if ('speechSynthesis' in window) speechSynthesis.cancel()
    this.#player?.pause()
    this.#isSpeaking = false
  }

  #speak(text: string, voice: SpeechSynthesisVoice): void {
    const utterance = new SpeechSynthesisUtterance(text)
    Object.assign(utterance, { voice, lang: voice.lang, rate: 0.9 })
    utterance.onend = utterance.onerror = () => (this.#isSpeaking = false)
    this.#isSpeaking = true
    speechSynthesis.speak(utterance)
  }

  async #play(recording: Blob): Promise<void> {
    const address = URL.createObjectURL(recording)
    const player = new Audio(address)
    this.#player = player
    player.onended =
      player.onerror =
      player.onpause =
        () => {
          this.#isSpeaking = false
          URL.revokeObjectURL(address)
        }
    this.#isSpeaking = true
    await player.play().catch((error: unknown) => {
      // Stopped before it began.
      if (!(error instanceof DOMException) || error.name !== 'AbortError') throw error
    })
  }

  #find(languageCode: string): SpeechSynthesisVoice | undefined {
    return this.#voices.find(({ lang }) => lang.toLowerCase().split(/[-_]/)[0] === languageCode)
  }
}

export const voice = new Voice()
