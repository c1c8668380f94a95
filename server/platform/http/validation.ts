import type { FastifySchemaCompiler } from 'fastify'
import { Compile } from 'typebox/compile'
import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { Invalid } from '../errors.ts'

/**
 * Checks requests against their schemas. Text from URLs is converted ("50" → 50), bodies are taken as they are; defaults are
 * filled in and properties no schema names are dropped. A refusal names the place, never the value: values may be numbers.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const checker = Compile(schema)
  return (given: unknown) => {
    const filled = Value.Default(schema, Value.Clone(given))
    const converted = httpPart === 'body' ? filled : Value.Convert(schema, filled)
    const value = httpPart === 'headers' ? converted : Value.Clean(schema, converted)
    if (checker.Check(value)) return { value }
    const problems = checker.Errors(value).map(({ instancePath, message }) => ({ path: instancePath || '/', problem: message }))
    return { error: new Invalid('invalid-request', `The ${httpPart ?? 'request'} is not as described.`, problems.slice(0, 10)) }
  }
}
