import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { RoutePlugin } from '../../../context.ts'
import { Invalid } from '../../../platform/errors.ts'
import { scope } from '../../../platform/http/policy.ts'
import { IdParams, Uuid } from '../../../platform/http/schema.ts'
import * as contract from '../contract.ts'
import { BadFile } from './errors.ts'
import { MOST_FILE_BYTES } from './limits.ts'
import { getImport, listImports, lookAtFile } from './service.ts'
import { templateCsv, templateXlsx } from './template.ts'

const visitors = { policy: { roles: ['auditor', 'supervisor'] } } as const
const consumes = ['multipart/form-data']
const ImportParams = Type.Object({ id: Uuid, importId: Uuid })
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** A visit's list from a file: look at its columns, try, import, and watch how far it is. The file is kept nowhere. */
export const routes: RoutePlugin = (app, context) => {
  const template = (type: string) => ({ config: visitors, schema: { produces: [type], response: { 200: Type.Any() } } })

  app.get('/api/roster-template.csv', template('text/csv'), (_request, reply) =>
    reply
      .headers({ 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="roster.csv"' })
      .send(templateCsv()),
  )

  app.get('/api/roster-template.xlsx', template(XLSX), async (_request, reply) =>
    reply.headers({ 'content-type': XLSX, 'content-disposition': 'attachment; filename="roster.xlsx"' }).send(await templateXlsx()),
  )

  app.post(
    '/api/audits/:id/imports/columns',
    { config: visitors, schema: { params: IdParams, consumes, response: { 200: contract.ImportColumns } } },
    async (request) => lookAtFile(context, scope(request), request.params.id, (await fileOf(request)).file),
  )

  app.post(
    '/api/audits/:id/imports',
    { config: visitors, schema: { params: IdParams, querystring: contract.ImportQuery, consumes, response: { 202: contract.ImportView } } },
    async (request, reply) => {
      const { file, part } = await fileOf(request)
      const wanted = { auditId: request.params.id, isDryRun: request.query.isDryRun, file, plan: planOf(part) }
      return reply.code(202).send(await context.rosterImports.start(scope(request), wanted))
    },
  )

  app.get(
    '/api/audits/:id/imports',
    { config: visitors, schema: { params: IdParams, response: { 200: contract.ImportList } } },
    async (request) => ({
      imports: await listImports(context, scope(request), request.params.id),
    }),
  )

  app.get(
    '/api/audits/:id/imports/:importId',
    { config: visitors, schema: { params: ImportParams, response: { 200: contract.ImportView } } },
    (request) => getImport(context, scope(request), request.params.id, request.params.importId),
  )
}

async function fileOf(request: FastifyRequest): Promise<{ file: Buffer; part: MultipartFile }> {
  const part = await request.file({ limits: { fileSize: MOST_FILE_BYTES }, throwFileSizeLimit: false })
  if (!part) throw new BadFile('no-file', 'Send the roster as one file, CSV or XLSX.')
  const file = await part.toBuffer()
  if (part.file.truncated)
    throw new BadFile(
      'file-too-large',
      `The file is larger than ${MOST_FILE_BYTES / 1024 / 1024} MB: keep the rows of this visit, and only the template’s columns.`,
    )
  return { file, part }
}

function planOf({ fields }: MultipartFile): contract.ImportPlan {
  const field = fields['plan']
  const text = field && !Array.isArray(field) && field.type === 'field' ? String(field.value) : ''
  const plan = parsed(text)
  if (!Value.Check(contract.ImportPlan, plan)) throw new Invalid('invalid-plan', 'The field “plan” before the file is not as described.')
  return plan
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
