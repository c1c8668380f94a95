import type { RoutePlugin } from '../../context.ts'
import { sessionOf } from '../../platform/http/policy.ts'
import { Done, IdParams } from '../../platform/http/schema.ts'
import { MINUTE } from '../../platform/time/duration.ts'
import { ChangePassword, ChangeUser, CreateUser, UserList, UserView } from './contract.ts'
import { changePassword, changeUser, createUser, listUsers } from './service.ts'

const administrator = { policy: { roles: ['administrator'] } } as const

export const routes: RoutePlugin = (app, { db }) => {
  app.get('/api/users', { config: administrator, schema: { response: { 200: UserList } } }, async () => ({ users: await listUsers(db) }))

  app.post('/api/users', { config: administrator, schema: { body: CreateUser, response: { 201: UserView } } }, async (request, reply) =>
    reply.code(201).send(await createUser(db, request.user.id, request.body)),
  )

  app.patch(
    '/api/users/:id',
    { config: administrator, schema: { params: IdParams, body: ChangeUser, response: { 200: UserView } } },
    (request) => changeUser(db, request.user.id, request.params.id, request.body),
  )

  app.post(
    '/api/users/:id/password',
    // Whoever found an open browser shall not guess the password in it.
    {
      config: { policy: 'signed-in', rateLimit: { max: 10, timeWindow: MINUTE } },
      schema: { params: IdParams, body: ChangePassword, response: { 200: Done } },
    },
    async (request) => {
      const { id: sessionId, user: actor } = sessionOf(request)
      await changePassword(db, { actor, sessionId, userId: request.params.id, input: request.body })
      return { ok: true as const }
    },
  )
}
