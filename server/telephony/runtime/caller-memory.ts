/**
 * What a caller entered and what is read out to them: a number, a PIN. It lives in this process alone, never in the flow's saved
 * state, a log or a frame; on its way to the database it is in a write, which waits on disk only sealed. After a restart the caller
 * is asked again.
 */
import { isOrdinaryNumber } from '../../domains/workers/rules.ts'
import type { Effect, FlowEvent, Prompt, Sound } from '../flow/types.ts'
import type { Fact } from './effect-facts.ts'
import type { PinPool } from './pin-pool.ts'
import type { TelephonyServices } from './ports.ts'
import type { StatusFiles } from './status-files.ts'

export type MemoryDeps = {
  checkPin: TelephonyServices['pins']['checkPin']
  pins: Pick<PinPool, 'take'>
  statusFiles: Pick<StatusFiles, 'put' | 'remove'>
  /** The country whose numbers a caller to this number of ours may enter. */
  countryOf: (did: string) => string | undefined
}
type Caller = { callId: string; did: string | undefined }
type Tell = { dispatch: (event: FlowEvent) => void; write: (fact: Fact) => void }

export class CallerMemory {
  #digits = ''
  #pin = ''
  #statusPath: string | undefined
  readonly #deps: MemoryDeps
  readonly #caller: Caller
  readonly #tell: Tell

  constructor(deps: MemoryDeps, caller: Caller, tell: Tell) {
    this.#deps = deps
    this.#caller = caller
    this.#tell = tell
  }

  /** Does what an effect says of the memory; others are none of its business. Never waits. */
  do(effect: Effect): void {
    switch (effect.type) {
      case 'keepDigit':
        this.#digits += effect.digit
        return
      case 'forgetDigits':
        this.#digits = ''
        return
      case 'checkNumber':
        return this.#tell.dispatch({ type: 'numberChecked', step: effect.step, isGood: this.#isGoodNumber() })
      case 'checkPin':
        void this.#checkPin(effect.step)
        return
      case 'chooseContact':
        return this.#choose(effect.choice)
      default:
        return
    }
  }

  /** Secrets in a list of sounds, as what Asterisk can play: prompts of digits, or a file. */
  reveal(sounds: readonly Sound[]): (Prompt | { path: string })[] {
    return sounds.flatMap((sound): (Prompt | { path: string })[] => {
      if (!('secret' in sound)) return [sound]
      if (sound.secret === 'status') return this.#statusPath === undefined ? [] : [{ path: this.#statusPath }]
      return [...this.#digitsOf(sound.secret)].map((digit): Prompt => ({ name: `digit-${Number(digit)}`, language: sound.language }))
    })
  }

  /** The caller has heard what was left for them, or is gone. */
  async forgetStatus(): Promise<void> {
    const path = this.#statusPath
    this.#statusPath = undefined
    if (path !== undefined) await this.#deps.statusFiles.remove(path)
  }

  #digitsOf(secret: 'number' | 'pin-1' | 'pin-2' | 'pin-3'): string {
    if (secret === 'number') return this.#digits
    const group = Number(secret.slice(-1)) - 1
    return this.#pin.slice(group * 3, group === 2 ? undefined : group * 3 + 3)
  }

  #choose(choice: 'this' | 'other' | 'none'): void {
    if (choice === 'none') this.#pin = this.#deps.pins.take()
    const more = choice === 'other' ? { number: this.#digits } : choice === 'none' ? { pin: this.#pin } : {}
    this.#tell.write({ type: 'contactChosen', choice, ...more })
  }

  #isGoodNumber(): boolean {
    const { did } = this.#caller
    const countryId = did === undefined ? undefined : this.#deps.countryOf(did)
    return countryId !== undefined && isOrdinaryNumber(countryId, this.#digits)
  }

  /** What cannot be looked up now is settled when the database is back. */
  async #checkPin(step: number): Promise<void> {
    const pin = this.#digits
    const said = await this.#lookUp(pin)
    if (said.result !== 'not-found') this.#tell.write({ type: 'pinEntered', pin })
    this.#tell.dispatch({ type: 'pinChecked', step, ...said })
  }

  async #lookUp(pin: string): Promise<{ result: 'found' | 'not-found' | 'away'; hasStatus: boolean }> {
    try {
      const checked = await this.#deps.checkPin({ callId: this.#caller.callId, pin })
      if (!checked.isFound) return { result: 'not-found', hasStatus: false }
      await this.forgetStatus()
      if (checked.status) this.#statusPath = await this.#deps.statusFiles.put(checked.status)
      return { result: 'found', hasStatus: checked.status !== null }
    } catch {
      // Whatever it was, it may name the PIN: the flow says sorry, and its own line in the log tells that it did.
      return { result: 'away', hasStatus: false }
    }
  }
}
