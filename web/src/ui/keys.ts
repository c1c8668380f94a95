/** The key pressed as a command of the screen; undefined while something is being typed or chosen, or with a modifier. */
export function pressedKey(event: KeyboardEvent): string | undefined {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return undefined
  if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog')) return undefined
  return event.key.toLowerCase()
}
