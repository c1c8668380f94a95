/**
 * Asks before what was typed and not saved is left behind: at a link of the console, and when the page itself is closed.
 * @param question the sentence asked at a link; a browser asks in its own words when the page is closed
 * @returns how to stop asking
 */
export function guardUnsaved(isUnsaved: () => boolean, question: () => string): () => void {
  const onClick = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null
    if (!link || !isUnsaved() || confirm(question())) return
    event.preventDefault()
    event.stopPropagation()
  }
  const onUnload = (event: BeforeUnloadEvent) => {
    if (isUnsaved()) event.preventDefault()
  }
  document.addEventListener('click', onClick, { capture: true })
  window.addEventListener('beforeunload', onUnload)
  return () => {
    document.removeEventListener('click', onClick, { capture: true })
    window.removeEventListener('beforeunload', onUnload)
  }
}
