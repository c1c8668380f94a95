/** Our own listener lists: few, by name, and one that throws hurts neither the others nor the process. */

type Listeners<Face> = { [Name in keyof Face]?: Set<Face[Name]> }

export function createListeners<Face extends Record<keyof Face, (...values: never[]) => void>>(
  onError: (name: keyof Face, error: unknown) => void,
) {
  const listeners: Listeners<Face> = {}
  return {
    /** @returns takes it off again */
    add<Name extends keyof Face>(name: Name, listener: Face[Name]): () => void {
      const all = (listeners[name] ??= new Set())
      all.add(listener)
      return () => all.delete(listener)
    },

    tell<Name extends keyof Face>(name: Name, ...values: Parameters<Face[Name]>): void {
      for (const listener of [...(listeners[name] ?? [])]) {
        try {
          const result: unknown = listener(...values)
          // Declared void, but an async function fits that type, and its rejection would end the process.
          if (result instanceof Promise) result.catch((error: unknown) => onError(name, error))
        } catch (error) {
          onError(name, error)
        }
      }
    },
  }
}
