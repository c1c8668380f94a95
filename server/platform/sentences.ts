/**
 * Sentences that the service makes and screens say in their own language: each is a template with a code, so that its English can
 * be read back as code and parameters. The English is what is kept and logged; rows written before a code existed can be read too.
 */

/** One sentence: its code with what fills it in, and itself in English. Code `words` is what a person wrote, or what has no code. */
export type Said = { code: string; params: Record<string, string>; text: string }

type NamesIn<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never
type Params<Template extends string> = [NamesIn<Template>] extends [never] ? [] : [Record<NamesIn<Template>, string | number>]

export type Sentences<Templates extends Record<string, string>> = {
  templates: Templates
  /** The English sentence. */
  say: <Code extends keyof Templates>(code: Code, ...params: Params<Templates[Code]>) => string
  /** The sentences of a text, in order. What comes after the first that has no code is kept together as `words`. */
  read: (text: string) => Said[]
}

/** @param templates English by code: "Due {at} ({zone})." A template may end in a colon: another sentence follows it. */
export function createSentences<const Templates extends Record<string, string>>(templates: Templates): Sentences<Templates> {
  const patterns = Object.entries(templates).map(([code, template]) => ({ code, pattern: patternOf(template) }))
  const first = (text: string): Said | undefined =>
    patterns
      .flatMap(({ code, pattern }) => {
        const found = pattern.exec(text)
        return found ? [{ code, params: { ...found.groups }, text: found[0] }] : []
      })
      // Two sentences must not be taken for one whose parameter holds the end of the first.
      .toSorted((one, other) => one.text.length - other.text.length)[0]
  const read = (text: string): Said[] => {
    const rest = text.trim()
    if (rest === '') return []
    const said = first(rest)
    return said ? [said, ...read(rest.slice(said.text.length))] : [{ code: 'words', params: {}, text: rest }]
  }
  return { templates, say: (code, ...params) => fill(templates[code]!, params[0] ?? {}), read }
}

function fill(template: string, params: Record<string, string | number>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]))
}

function patternOf(template: string): RegExp {
  const literal = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return new RegExp(`^${literal.replace(/\{(\w+)\}/g, '(?<$1>.+?)')}(?= |$)`, 's')
}
