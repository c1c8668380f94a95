import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { Unprocessable } from '../../platform/errors.ts'
import { scope } from '../../platform/http/policy.ts'
import { CountryId, LanguageCode, Uuid } from '../../platform/http/schema.ts'
import { Approve, PromptList, PromptParams, PublishParams, Readiness, RecordQuery } from './contract.ts'
import { approvePrompt, listPrompts, promptAudio, publish, readinessOf, recordPrompt } from './service.ts'

const keepers = { policy: { roles: ['administrator', 'supervisor'] } } as const
const list = { 200: PromptList }
const LanguageParams = Type.Object({ code: LanguageCode })
const AudioParams = Type.Object({ code: LanguageCode, recordingId: Uuid })
const CountryParams = Type.Object({ id: CountryId })

/** What callers hear: recorded, listened to, approved; and which languages a country's callers are offered. */
export const routes: RoutePlugin = (app, context) => {
  app.get('/api/languages/:code/prompts', { config: keepers, schema: { params: LanguageParams, response: list } }, (request) =>
    listPrompts(context, scope(request), request.params.code),
  )

  app.post(
    '/api/languages/:code/prompts/:name/recording',
    { config: keepers, schema: { params: PromptParams, querystring: RecordQuery, consumes: ['multipart/form-data'], response: list } },
    async (request) => {
      const file = await request.file()
      if (!file) throw new Unprocessable('no-recording', 'Send the recording as one file, as wav.')
      return recordPrompt(context, scope(request), { ...request.params, ...request.query, wav: await file.toBuffer() })
    },
  )

  app.post(
    '/api/languages/:code/prompts/approve',
    { config: keepers, schema: { params: LanguageParams, body: Approve, response: list } },
    (request) => approvePrompt(context, scope(request), { ...request.params, ...request.body }),
  )

  app.get(
    '/api/languages/:code/recordings/:recordingId/audio',
    { config: keepers, schema: { params: AudioParams, produces: ['audio/wav'], response: { 200: Type.Any() } } },
    async (request, reply) => {
      const wav = await promptAudio(context, scope(request), request.params.code, request.params.recordingId)
      return reply.headers({ 'content-type': 'audio/wav', 'cache-control': 'no-store' }).send(wav)
    },
  )

  app.get('/api/countries/:id/readiness', { config: keepers, schema: { params: CountryParams, response: { 200: Readiness } } }, (request) =>
    readinessOf(context, scope(request), request.params.id),
  )

  app.post(
    '/api/countries/:id/languages/:code/publish',
    { config: keepers, schema: { params: PublishParams, response: { 200: Readiness } } },
    (request) => publish(context, scope(request), request.params),
  )
}
