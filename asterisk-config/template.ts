/** What a template may name: text, or a list of things that a section is repeated for. */
export interface Scope {
  readonly [name: string]: string | number | readonly Scope[]
}

/**
 * Fills `{{name}}` and repeats what stands between the lines `{{#names}}` and `{{/names}}` once for each thing of that
 * list; inside, the thing's own names come before the outer ones.
 * @throws Error for a name nobody gave, a section that is not closed, or a value that could end its line or start a comment
 */
export function fill(template: string, scope: Scope): string {
  const repeated = template.replace(SECTION, (_, name: string, body: string) => {
    const things = valueOf(name, scope)
    if (typeof things !== 'object') throw new Error(`{{#${name}}} is not a list`)
    return things.map((thing) => fill(body, { ...scope, ...thing })).join('')
  })
  const stray = /\{\{[#/][^}]*\}\}/.exec(repeated)
  if (stray) throw new Error(`${stray[0]} has no other half`)
  return repeated.replace(/\{\{(\w+)\}\}/g, (_, name: string) => textOf(name, scope))
}

const SECTION = /^\{\{#(\w+)\}\}\n(.*?)^\{\{\/\1\}\}\n/gms

function textOf(name: string, scope: Scope): string {
  const value = valueOf(name, scope)
  if (typeof value === 'object') throw new Error(`{{${name}}} is a list`)
  const text = String(value)
  // The last guard: input.ts has already judged each value by its own rule.
  if (/[\p{Cc}\p{Zl}\p{Zp};{}]/u.test(text)) throw new Error(`{{${name}}} would break out of its line`)
  return text
}

function valueOf(name: string, scope: Scope): Scope[string] {
  const value = Object.hasOwn(scope, name) ? scope[name] : undefined
  if (value === undefined) throw new Error(`{{${name}}} is not given`)
  return value
}
