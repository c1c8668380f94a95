import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { Unprocessable } from '../../platform/errors.ts'
import { scope } from '../../platform/http/policy.ts'
import { IdParams, Uuid } from '../../platform/http/schema.ts'
import { RecordStatusQuery, WorkerStatusList, WriteStatus } from '../pins/service.ts'
import { listStatuses, publish, recordStatus, statusAudio, withdraw, writeStatus } from './statuses.ts'

const handlers = { policy: { roles: ['case-handler'] } } as const
const StatusParams = Type.Object({ id: Uuid, statusId: Uuid })
const list = { 200: WorkerStatusList }

/** What the worker of a case hears with their PIN. */
export const routes: RoutePlugin = (app, context) => {
  app.get('/api/cases/:id/statuses', { config: handlers, schema: { params: IdParams, response: list } }, (request) =>
    listStatuses(context, scope(request), request.params.id),
  )

  app.post('/api/cases/:id/statuses', { config: handlers, schema: { params: IdParams, body: WriteStatus, response: list } }, (request) =>
    writeStatus(context, scope(request), request.params.id, request.body),
  )

  app.post(
    '/api/cases/:id/statuses/recording',
    { config: handlers, schema: { params: IdParams, querystring: RecordStatusQuery, consumes: ['multipart/form-data'], response: list } },
    async (request) => {
      const file = await request.file()
      if (!file) throw new Unprocessable('no-recording', 'Send the recording as one file, as wav.')
      return recordStatus(context, scope(request), request.params.id, { ...request.query, wav: await file.toBuffer() })
    },
  )

  const one = { config: handlers, schema: { params: StatusParams, response: list } }
  app.post('/api/cases/:id/statuses/:statusId/publish', one, (request) => publish(context, scope(request), which(request.params)))
  app.post('/api/cases/:id/statuses/:statusId/withdraw', one, (request) => withdraw(context, scope(request), which(request.params)))

  app.get(
    '/api/cases/:id/statuses/:statusId/audio',
    { config: handlers, schema: { params: StatusParams, produces: ['audio/wav'], response: { 200: Type.Any() } } },
    async (request, reply) => {
      const wav = await statusAudio(context, scope(request), which(request.params))
      return reply.headers({ 'content-type': 'audio/wav', 'cache-control': 'no-store' }).send(wav)
    },
  )
}

const which = ({ id, statusId }: { id: string; statusId: string }) => ({ caseId: id, statusId })
