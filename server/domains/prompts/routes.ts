import path from 'node:path'
import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { Unprocessable } from '../../platform/errors.ts'
import { scope } from '../../platform/http/policy.ts'
import { CountryId, Done, LanguageCode, Uuid } from '../../platform/http/schema.ts'
import { Approve, PlayOnPhone, PromptList, PromptParams, PublishParams, Readiness, RecordQuery, SoundParams } from './contract.ts'
import { playOnPhone } from './listening.ts'
import { approvePrompt, listPrompts, promptAudio, publish, readinessOf, recordPrompt, soundOf } from './service.ts'

const keepers = { policy: { roles: ['administrator', 'supervisor'] } } as const
const list = { 200: PromptList }
const LanguageParams = Type.Object({ code: LanguageCode })
const AudioParams = Type.Object({ code: LanguageCode, recordingId: Uuid })
const CountryParams = Type.Object({ id: CountryId })
const sound = { produces: ['audio/wav'], response: { 200: Type.Any() } }
/** What such an address holds never changes. Private: who may listen is for the session to say. */
const FOR_EVER = 'private, max-age=31536000, immutable'

/** What callers hear: recorded, listened to, approved; and which languages a country's callers are offered. */
export const routes: RoutePlugin = (app, context) => {
  const deps = { ...context, ...context.promptTelephony, soundsFolder: path.join(context.config.dataFolder, 'sounds') }

  app.get('/api/languages/:code/prompts', { config: keepers, schema: { params: LanguageParams, response: list } }, (request) =>
    listPrompts(deps, scope(request), request.params.code),
  )

  app.post(
    '/api/languages/:code/prompts/:name/recording',
    { config: keepers, schema: { params: PromptParams, querystring: RecordQuery, consumes: ['multipart/form-data'], response: list } },
    async (request) => {
      const file = await request.file()
      if (!file) throw new Unprocessable('no-recording', 'Send the recording as one file.')
      return recordPrompt(deps, scope(request), { ...request.params, ...request.query, sound: await file.toBuffer() })
    },
  )

  app.post(
    '/api/languages/:code/prompts/approve',
    { config: keepers, schema: { params: LanguageParams, body: Approve, response: list } },
    (request) => approvePrompt(deps, scope(request), { ...request.params, ...request.body }),
  )

  app.get(
    '/api/languages/:code/recordings/:recordingId/audio',
    { config: keepers, schema: { params: AudioParams, ...sound } },
    async (request, reply) => {
      const wav = await promptAudio(deps, scope(request), request.params.code, request.params.recordingId)
      return reply.headers({ 'content-type': 'audio/wav', 'cache-control': 'no-store' }).send(wav)
    },
  )

  app.get(
    '/api/languages/:code/prompts/:name/sounds/:sum',
    { config: keepers, schema: { params: SoundParams, ...sound } },
    async (request, reply) => {
      const wav = await soundOf(deps, scope(request), { ...request.params, sha256: request.params.sum })
      return reply.headers({ 'content-type': 'audio/wav', 'cache-control': FOR_EVER }).send(wav)
    },
  )

  app.post(
    '/api/languages/:code/prompts/:name/play',
    { config: keepers, schema: { params: PromptParams, body: PlayOnPhone, response: { 200: Done } } },
    async (request) => {
      await playOnPhone(deps, scope(request), { ...request.params, ...request.body })
      return { ok: true as const }
    },
  )

  app.get('/api/countries/:id/readiness', { config: keepers, schema: { params: CountryParams, response: { 200: Readiness } } }, (request) =>
    readinessOf(deps, scope(request), request.params.id),
  )

  app.post(
    '/api/countries/:id/languages/:code/publish',
    { config: keepers, schema: { params: PublishParams, response: { 200: Readiness } } },
    (request) => publish(deps, scope(request), request.params),
  )
}
