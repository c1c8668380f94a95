import path from 'node:path'
import { Type } from 'typebox'
import type { RoutePlugin } from '../../context.ts'
import { scope } from '../../platform/http/policy.ts'
import { Done, IdParams, LanguageCode } from '../../platform/http/schema.ts'
import { readConsentAudio } from './consent-audio.ts'
import * as contract from './contract.ts'
import * as service from './intake-service.ts'

const auditors = { policy: { roles: ['auditor'] } } as const
const supervisors = { policy: { roles: ['supervisor'] } } as const

/** The auditor's phone page: what it takes along, what it brings back; and for supervisors what could not be taken. */
export const routes: RoutePlugin = (app, context) => {
  const consentFolder = path.join(context.config.dataFolder, 'consent')

  app.get('/api/intake', { config: auditors, schema: { response: { 200: contract.IntakeSetup } } }, (request) =>
    service.getIntakeSetup({ ...context, consentFolder }, scope(request), request.user.displayName),
  )

  app.get(
    '/api/intake/consent/:languageCode',
    {
      config: auditors,
      schema: { params: Type.Object({ languageCode: LanguageCode }), produces: ['audio/wav'], response: { 200: Type.Any() } },
    },
    async (request, reply) =>
      reply.header('content-type', 'audio/wav').send(await readConsentAudio(consentFolder, request.params.languageCode)),
  )

  app.post(
    '/api/intake/:id/entries',
    { config: auditors, schema: { params: IdParams, body: contract.SyncIntake, response: { 200: contract.IntakeResults } } },
    async (request) => ({ results: await service.syncIntake(context, scope(request), request.params.id, request.body.entries) }),
  )

  app.get(
    '/api/intake/:id/kept',
    { config: supervisors, schema: { params: IdParams, response: { 200: contract.KeptEntryList } } },
    async (request) => ({ entries: await service.listKept(context, scope(request), request.params.id) }),
  )

  app.post(
    '/api/intake/entries/:id/retry',
    { config: supervisors, schema: { params: IdParams, response: { 200: contract.IntakeResult } } },
    (request) => service.retryKept(context, scope(request), request.params.id),
  )

  app.post(
    '/api/intake/entries/:id/discard',
    { config: supervisors, schema: { params: IdParams, response: { 200: Done } } },
    async (request) => {
      await service.discardKept(context, scope(request), request.params.id)
      return { ok: true as const }
    },
  )
}
