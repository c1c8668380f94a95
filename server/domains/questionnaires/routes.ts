import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import * as contract from './contract.ts'
import { Type } from 'typebox'
import { Done, IdParams, Uuid } from '../../platform/http/schema.ts'
import * as drafts from './drafts.ts'
import { copyQuestionnaire, listQuestionnaires, publishQuestionnaire } from './service.ts'

const readers = { policy: { roles: ['supervisor', 'administrator'] } } as const
const publishers = { policy: { roles: ['administrator'] } } as const

export const routes: RoutePlugin = (app, context) => {
  app.get('/api/questionnaires', { config: readers, schema: { response: { 200: contract.QuestionnaireList } } }, async () => ({
    questionnaires: await listQuestionnaires(context),
  }))

  app.post(
    '/api/questionnaires',
    { config: publishers, schema: { body: contract.PublishQuestionnaire, response: { 201: contract.QuestionnaireView } } },
    async (request, reply) => reply.code(201).send(await publishQuestionnaire(context, scope(request), request.body)),
  )

  app.get(
    '/api/questionnaires/:id',
    { config: readers, schema: { params: IdParams, response: { 200: contract.QuestionnaireHistory } } },
    (request) => drafts.getHistory(context, request.params.id),
  )

  app.post(
    '/api/questionnaires/:id/copies',
    { config: publishers, schema: { params: IdParams, body: contract.CopyQuestionnaire, response: { 201: contract.QuestionnaireView } } },
    async (request, reply) => reply.code(201).send(await copyQuestionnaire(context, scope(request), request.params.id, request.body)),
  )

  app.get(
    '/api/questionnaires/:id/versions/:version',
    {
      config: readers,
      schema: {
        params: Type.Object({ id: Uuid, version: Type.Integer({ minimum: 1, maximum: 1_000_000 }) }),
        response: { 200: contract.QuestionnaireVersionView },
      },
    },
    (request) => drafts.getPublishedVersion(context, request.params.id, request.params.version),
  )

  app.get(
    '/api/questionnaires/:id/draft',
    { config: readers, schema: { params: IdParams, response: { 200: contract.QuestionnaireDraft } } },
    (request) => drafts.getDraft(context, request.params.id),
  )

  app.put(
    '/api/questionnaires/:id/draft',
    { config: publishers, schema: { params: IdParams, body: contract.SaveDraft, response: { 200: contract.QuestionnaireDraft } } },
    (request) => drafts.saveDraft(context, scope(request), request.params.id, request.body),
  )

  app.delete(
    '/api/questionnaires/:id/draft',
    { config: publishers, schema: { params: IdParams, response: { 200: Done } } },
    async (request) => {
      await drafts.discardDraft(context, scope(request), request.params.id)
      return { ok: true as const }
    },
  )

  app.post(
    '/api/questionnaires/:id/draft/publish',
    { config: publishers, schema: { params: IdParams, body: contract.PublishDraft, response: { 201: contract.QuestionnaireView } } },
    async (request, reply) =>
      reply.code(201).send(await drafts.publishDraft(context, scope(request), request.params.id, request.body.revision)),
  )
}
