import path from 'node:path'
import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { LanguageCode } from '../../platform/http/schema.ts'
import {
  ChangeText,
  ImportLanguage,
  ImportQuery,
  ImportResult,
  LanguageFile,
  PromptList,
  PromptParams,
  ReviewLanguage,
} from './contract.ts'
import { changeText, importLanguage, languageFile, reviewLanguage } from './writing.ts'

const keepers = { policy: { roles: ['administrator', 'supervisor'] } } as const
const administrator = { policy: { roles: ['administrator'] } } as const
const list = { 200: PromptList }
const LanguageParams = Type.Object({ code: LanguageCode })
const FileQuery = Type.Object({ code: Type.Optional(LanguageCode) })

/** The sentences themselves: changed one by one, or brought in as a whole language. */
export const routes: RoutePlugin = (app, context) => {
  const deps = { ...context, soundsFolder: path.join(context.config.dataFolder, 'sounds') }

  app.put(
    '/api/languages/:code/prompts/:name/text',
    { config: keepers, schema: { params: PromptParams, body: ChangeText, response: list } },
    (request) => changeText(deps, scope(request), { ...request.params, ...request.body }),
  )

  app.post(
    '/api/languages/:code/review',
    { config: keepers, schema: { params: LanguageParams, body: ReviewLanguage, response: list } },
    (request) => reviewLanguage(deps, scope(request), { ...request.params, ...request.body }),
  )

  app.get(
    '/api/language-file',
    { config: administrator, schema: { querystring: FileQuery, response: { 200: LanguageFile } } },
    async (request, reply) => {
      const { code } = request.query
      const file = await languageFile(deps, code)
      return reply.header('content-disposition', `attachment; filename="language-${code ?? 'new'}.json"`).send(file)
    },
  )

  app.post(
    '/api/languages',
    { config: administrator, schema: { querystring: ImportQuery, body: ImportLanguage, response: { 200: ImportResult } } },
    (request) => importLanguage(deps, scope(request), { given: request.body, isDryRun: request.query.isDryRun ?? false }),
  )
}
