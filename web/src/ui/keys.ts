/** The key pressed as a command of the screen; undefined while something is being typed or chosen, or with a modifier. */
export function pressedKey(event: KeyboardEvent): string | undefined {
  if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return undefined
  if (event.target instanceof HTMLElement && event.target.closest('input, textarea, select, dialog')) return undefined
  // Behind the sign-in page what was shown is still there, and hears nothing.
  if (document.querySelector('[inert]')) return undefined
  return event.key.toLowerCase()
}
