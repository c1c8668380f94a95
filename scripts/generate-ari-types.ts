/**
 * Turns Asterisk's own description of ARI into server/telephony/ari/types.generated.ts. Run it when Asterisk is upgraded:
 *
 *   node scripts/generate-ari-types.ts /usr/share/asterisk/rest-api [another target]
 *
 * Swagger 1.x as Asterisk writes it: a folder with one JSON file per resource, each with `apis` and `models`.
 */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'

type Property = { type: string; required?: boolean; allowableValues?: { values?: string[] } }
type Model = { properties: Record<string, Property>; subTypes?: string[] }
type Parameter = { name: string; paramType: string; dataType: string; required?: boolean; allowMultiple?: boolean }
type Operation = { nickname: string; responseClass: string; parameters?: Parameter[]; upgrade?: string }
type Description = { resource: string; apis: Array<{ operations: Operation[] }>; models: Record<string, Model> }

const TARGET = path.join(import.meta.dirname, '../server/telephony/ari/types.generated.ts')
const PRIMITIVES: Record<string, string> = {
  string: 'string',
  Date: 'string',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  double: 'number',
  object: 'Record<string, unknown>',
  void: 'void',
  binary: 'Buffer',
}
/** Bodies that Asterisk calls `containers`, by the name of their parameter. */
const CONTAINERS: Record<string, string> = { variables: 'Record<string, string>', fields: 'ConfigTuple[]' }

const [folder, target = TARGET] = process.argv.slice(2)
if (!folder) throw new Error('usage: node scripts/generate-ari-types.ts <folder with Asterisk’s rest-api JSON files> [target]')
await writeFile(target, render(await readDescriptions(folder)))

async function readDescriptions(from: string): Promise<Description[]> {
  const files = (await readdir(from)).filter((file) => file.endsWith('.json') && file !== 'resources.json').sort()
  if (files.length === 0) throw new Error(`no rest-api JSON in ${from}`)
  return Promise.all(
    files.map(async (file) => {
      const parsed = JSON.parse(await readFile(path.join(from, file), 'utf8')) as Partial<Description>
      return { resource: path.basename(file, '.json'), apis: parsed.apis ?? [], models: parsed.models ?? {} }
    }),
  )
}

function render(descriptions: Description[]): string {
  const models = Object.assign({}, ...descriptions.map((each) => each.models)) as Record<string, Model>
  const events = models.Event?.subTypes?.filter((name) => models[name]) ?? []
  return [
    '// Made by scripts/generate-ari-types.ts from the rest-api JSON of Asterisk; do not edit.',
    ...Object.entries(models).map(([name, model]) => renderModel(name, model, models, events)),
    `export const eventTypes = [\n${events.map((name) => `  '${name}',`).join('\n')}\n] as const`,
    `export type AriEvent =\n${events.map((name) => `  | ${name}`).join('\n')}`,
    `export type AriResources = {\n${descriptions.map(renderResource).join('\n')}\n}`,
    '',
  ].join('\n\n')
}

function renderModel(name: string, model: Model, models: Record<string, Model>, events: string[]): string {
  const inherited = events.includes(name) ? { ...models.Message?.properties, ...models.Event?.properties } : {}
  const lines = Object.entries({ ...inherited, ...model.properties }).map(([key, property]) => {
    const literal = key === 'type' && events.includes(name) ? `'${name}'` : undefined
    const choices = property.allowableValues?.values?.map((value) => `'${value}'`).join(' | ')
    return `  ${key}${property.required ? '' : '?'}: ${literal ?? choices ?? typeOf(property.type)}`
  })
  return lines.length > 0 ? `export type ${name} = {\n${lines.join('\n')}\n}` : `export type ${name} = Record<string, never>`
}

function renderResource({ resource, apis }: Description): string {
  const operations = apis.flatMap((api) => api.operations).filter((operation) => !operation.upgrade)
  const lines = operations.map(({ nickname, parameters = [], responseClass }) => {
    const fields = parameters.map(renderParameter)
    const optional = !parameters.some(isRequired)
    const input = fields.length > 0 ? `params${optional ? '?' : ''}: { ${fields.join('; ')} }` : ''
    return `    ${nickname}(${input}): Promise<${typeOf(responseClass)}>`
  })
  return `  ${resource}: {\n${lines.join('\n')}\n  }`
}

/** Some path parameters are not marked as required, yet no request can do without them. */
function isRequired({ required, paramType }: Parameter): boolean {
  return required === true || paramType === 'path'
}

function renderParameter(parameter: Parameter): string {
  const { name, paramType, dataType, allowMultiple } = parameter
  const single = dataType === 'containers' ? (CONTAINERS[name] ?? 'Record<string, unknown>') : typeOf(dataType)
  const type = paramType === 'query' && allowMultiple ? `${single} | ${single}[]` : single
  return `${name}${isRequired(parameter) ? '' : '?'}: ${type}`
}

function typeOf(name: string): string {
  const list = /^List\[(\w+)\]$/.exec(name)
  return list?.[1] ? `${typeOf(list[1])}[]` : (PRIMITIVES[name] ?? name)
}
