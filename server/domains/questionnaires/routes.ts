import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import * as contract from './contract.ts'
import { listQuestionnaires, publishQuestionnaire } from './service.ts'

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
}
