/** Looks before each prompt whether its file can be played: Asterisk skips what it cannot open, and says so of the last one only. */
import { join } from 'node:path'
import { toneWav } from '../../platform/audio/tone.ts'
import { createWavLook } from '../../platform/audio/wav-look.ts'
import { writeWhole } from '../../platform/write-whole.ts'
import type { Log } from '../ari/face.ts'
import type { Prompt } from '../flow/types.ts'
import { chainOf, TONE } from './sound-chain.ts'

export type SoundFinder = {
  /** Paths, without `.wav`: the first sound of the prompt's chain that can be played, and the tone where its sentence promises one. Never rejects. */
  find(prompt: Prompt, languages: readonly string[]): Promise<string[]>
}
/** A caller did not hear a prompt; `heard` is what was played in its place: a language's code, or the tone alone. */
export type MissingSound = { name: string; language: string; heard: string }

type Options = {
  /** Holds `<language>/<prompt>.wav`, as Asterisk sees it. */
  folder: string
  log: Pick<Log, 'warn'>
  onMissing: (missing: MissingSound) => void
  /** Tests bring their own. @param path without `.wav` */
  canPlay?: (path: string) => Promise<boolean>
}

export function createSoundFinder({ folder, log, onMissing, canPlay = canPlayFile() }: Options): SoundFinder {
  const isThere = (sound: string) => canPlay(join(folder, sound))
  /** Even the tone may be gone; without it nobody knows when to speak. */
  const keepTone = async () => {
    try {
      if (!(await isThere(TONE))) await writeWhole(join(folder, `${TONE}.wav`), toneWav())
    } catch (error) {
      log.warn({ err: error }, 'the tone could not be written')
    }
  }
  const findFirst = async (chain: readonly string[]) => {
    for (const sound of chain) if (await isThere(sound)) return sound
    return TONE
  }
  return {
    find: async (prompt, languages) => {
      const chain = chainOf(prompt, languages)
      const found = await findFirst(chain)
      if (found !== chain[0]) onMissing({ ...prompt, heard: found === TONE ? 'tone' : found.slice(0, found.indexOf('/')) })
      const sounds = prompt.name === 'leave-message' && found !== TONE ? [found, TONE] : [found]
      if (sounds.includes(TONE)) await keepTone()
      return sounds.map((sound) => join(folder, sound))
    },
  }
}

function canPlayFile(): (path: string) => Promise<boolean> {
  const look = createWavLook()
  return (path) => look(`${path}.wav`)
}
