import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { Done, IdParams, Uuid } from '../../platform/http/schema.ts'
import {
  AnswerView,
  CallbackPage,
  CallbackQuery,
  CallbackView,
  CloseCallback,
  CodeWordView,
  NameOutcome,
  RescheduleCallback,
  SaveAnswer,
  Supervised,
  SuperviseCallbacks,
} from './contract.ts'
import {
  answerQuestion,
  closeCallback,
  getCallback,
  hangUp,
  listCallbacks,
  nameOutcome,
  readCodeWord,
  rescheduleCallback,
  superviseCallbacks,
  takeCallback,
  takeNext,
} from './service.ts'

const readers = { policy: { roles: ['agent', 'supervisor'] } } as const
const agents = { policy: { roles: ['agent'] } } as const
const supervisors = { policy: { roles: ['supervisor'] } } as const
const AnswerParams = Type.Object({ id: Uuid, questionId: Type.String({ pattern: '^[a-z0-9-]{1,40}$' }) })
const one = { params: IdParams, response: { 200: CallbackView } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/callbacks', { config: readers, schema: { querystring: CallbackQuery, response: { 200: CallbackPage } } }, (request) =>
    listCallbacks(context, scope(request), request.query),
  )

  app.get('/api/callbacks/:id', { config: readers, schema: one }, (request) => getCallback(context, scope(request), request.params.id))

  app.post('/api/callbacks/next', { config: agents, schema: { response: { 200: CallbackView } } }, async (request) => {
    const { callbackId } = await takeNext(context, { agentUserId: request.user.id })
    return getCallback(context, scope(request), callbackId)
  })

  app.post('/api/callbacks/:id/take', { config: agents, schema: one }, async (request) => {
    const { callbackId } = await takeCallback(context, { callbackId: request.params.id, agentUserId: request.user.id })
    return getCallback(context, scope(request), callbackId)
  })

  app.post('/api/callbacks/:id/outcome', { config: agents, schema: { ...one, body: NameOutcome } }, async (request) => {
    await nameOutcome(context, { callbackId: request.params.id, agentUserId: request.user.id, named: request.body })
    return getCallback(context, scope(request), request.params.id)
  })

  app.post('/api/callbacks/:id/hang-up', { config: agents, schema: { params: IdParams, response: { 200: Done } } }, async (request) => {
    await hangUp(context, { callbackId: request.params.id, agentUserId: request.user.id })
    return { ok: true as const }
  })

  app.get(
    '/api/callbacks/:id/code-word',
    { config: agents, schema: { params: IdParams, response: { 200: CodeWordView } } },
    async (request) => ({ codeWord: await readCodeWord(context, { callbackId: request.params.id, agentUserId: request.user.id }) }),
  )

  app.put(
    '/api/callbacks/:id/answers/:questionId',
    { config: agents, schema: { params: AnswerParams, body: SaveAnswer, response: { 200: AnswerView } } },
    (request) => {
      const { id: callbackId, questionId } = request.params
      return answerQuestion(context, { callbackId, agentUserId: request.user.id, questionId, answer: request.body })
    },
  )

  app.post(
    '/api/callbacks/supervise',
    { config: supervisors, schema: { body: SuperviseCallbacks, response: { 200: Supervised } } },
    (request) => superviseCallbacks(context, scope(request), request.body),
  )

  app.post('/api/callbacks/:id/close', { config: supervisors, schema: { ...one, body: CloseCallback } }, async (request) => {
    const { id: callbackId } = request.params
    await getCallback(context, scope(request), callbackId)
    await closeCallback(context, { callbackId, actorUserId: request.user.id, reason: request.body.reason })
    return getCallback(context, scope(request), callbackId)
  })

  app.post('/api/callbacks/:id/reschedule', { config: supervisors, schema: { ...one, body: RescheduleCallback } }, async (request) => {
    const { id: callbackId } = request.params
    await getCallback(context, scope(request), callbackId)
    const callAgainAt = new Date(request.body.callAgainAt)
    await rescheduleCallback(context, { callbackId, actorUserId: request.user.id, callAgainAt })
    return getCallback(context, scope(request), callbackId)
  })
}
