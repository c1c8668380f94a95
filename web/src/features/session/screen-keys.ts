import type { TextKey } from '../../text/text.svelte.ts'
import { offerKeys } from '../callbacks/offer-keys.ts'
import { outcomeKeys } from '../callbacks/outcomes.ts'

type ScreenKey = { shown: readonly string[]; text: TextKey }

const everywhere: readonly ScreenKey[] = [
  { shown: ['?'], text: 'keys.help' },
  { shown: ['Tab'], text: 'keys.next' },
  { shown: ['Esc'], text: 'keys.escape' },
]
const player: readonly ScreenKey[] = [
  { shown: ['Space'], text: 'keys.play' },
  { shown: ['←', '→'], text: 'keys.seek' },
]
const desk: readonly ScreenKey[] = [
  { shown: ['1', '…', '9'], text: 'keys.option' },
  ...outcomeKeys.map(({ outcome, key }): ScreenKey => ({ shown: [key], text: `outcome.${outcome}` })),
]

const offered: readonly ScreenKey[] = [
  { shown: [offerKeys.accept], text: 'keys.accept' },
  { shown: [offerKeys.decline], text: 'keys.decline' },
  { shown: [offerKeys.listen], text: 'keys.listen' },
]

/** The keys that do something at an address of the console, the screen's own first. */
export function keysOf(location: string): readonly ScreenKey[] {
  if (/^\/desk\/./.test(location)) return [...desk, ...offered, ...player, ...everywhere]
  if (location === '/desk') return [...offered, ...everywhere]
  return /^\/(board|voicemails|$)/.test(location) ? [...player, ...everywhere] : everywhere
}
