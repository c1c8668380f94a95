import pg from 'pg'

/** Heard so often, a statement is worth being kept planned. */
const OFTEN = 3
/** Each connection keeps its own; texts that grow with what they are asked (`in ($1, $2, …)`) must not fill Postgres. */
const MOST_NAMED = 200
const MOST_COUNTED = 2_000

/** Which statements are prepared: those that come again and again. The names go by text, the same for every connection. */
export function statementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>()
  const counts = new Map<string, number>()
  return (text) => {
    const name = names.get(text)
    if (name !== undefined || names.size >= MOST_NAMED) return name
    const count = (counts.get(text) ?? 0) + 1
    if (counts.size >= MOST_COUNTED) counts.clear()
    counts.set(text, count)
    if (count < OFTEN) return undefined
    counts.delete(text)
    const given = `rb${names.size}`
    names.set(text, given)
    return given
  }
}

/**
 * A client whose frequent statements are read, understood and, where it makes no difference for which values, planned once a
 * connection: with small ones that costs more than doing them. Postgres goes on planning for the values where that is cheaper, as with
 * a partial index whose condition is one of them; but the condition of an `on conflict … where` must be a literal, or it is refused.
 */
export function preparingClient(): typeof pg.Client {
  const nameOf = statementNames()
  return class extends pg.Client {
    override query(...args: unknown[]): never {
      const [text, values] = args
      const name = args.length === 2 && typeof text === 'string' && Array.isArray(values) && values.length ? nameOf(text) : undefined
      const asked = name === undefined ? args : [{ name, text, values }]
      // The overloads of pg are ten; each is passed on as it came.
      return (super.query as (...all: unknown[]) => unknown).apply(this, asked) as never
    }
  }
}
