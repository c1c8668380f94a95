import { Readable } from 'node:stream'
import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { IdParams } from '../../platform/http/schema.ts'
import { HeardList, VoicemailPage, VoicemailQuery, VoicemailView } from './contract.ts'
import { wantedRange } from './range-rules.ts'
import { getVoicemail, listHearers, listVoicemails, openAudio } from './service.ts'

const supervisors = { policy: { roles: ['supervisor'] } } as const
const hearers = { policy: { roles: ['agent', 'supervisor'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/voicemails', { config: hearers, schema: { querystring: VoicemailQuery, response: { 200: VoicemailPage } } }, (request) =>
    listVoicemails(context, scope(request), request.query),
  )

  app.get('/api/voicemails/:id', { config: hearers, schema: { params: IdParams, response: { 200: VoicemailView } } }, (request) =>
    getVoicemail(context, scope(request), request.params.id),
  )

  app.get('/api/voicemails/:id/heard', { config: supervisors, schema: { params: IdParams, response: { 200: HeardList } } }, (request) =>
    listHearers(context, scope(request), request.params.id),
  )

  app.get(
    '/api/voicemails/:id/audio',
    {
      config: hearers,
      schema: { params: IdParams, produces: ['audio/wav'], response: { 200: Type.Any(), 206: Type.Any(), 416: Type.Any() } },
    },
    async (request, reply) => {
      const { byteLength, read } = await openAudio(context, scope(request), request.params.id)
      const range = wantedRange(request.headers.range, byteLength)
      // Never kept by a browser or a proxy: it is decrypted for this one listening.
      reply.headers({ 'content-type': 'audio/wav', 'accept-ranges': 'bytes', 'cache-control': 'no-store' })
      if (range.kind === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${byteLength}`).send()
      const { start, end } = range.kind === 'all' ? { start: 0, end: byteLength } : range
      if (range.kind === 'part') reply.code(206).header('content-range', `bytes ${start}-${end - 1}/${byteLength}`)
      return reply.header('content-length', end - start).send(Readable.from(read(start, end)))
    },
  )
}
