import Fastify from 'fastify'
import { Type } from 'typebox'
import { beforeAll, describe, expect, test } from 'vitest'
import { NotFound, TooManyTries } from '../../server/platform/errors.ts'
import type { App } from '../../server/platform/http/app.ts'
import { installErrorReplies } from '../../server/platform/http/error-replies.ts'
import { validatorCompiler } from '../../server/platform/http/validation.ts'

let app: App
beforeAll(async () => {
  app = Fastify().withTypeProvider() as unknown as App
  app.setValidatorCompiler(validatorCompiler)
  installErrorReplies(app)
  const Slot = Type.Object({ startLocal: Type.String({ pattern: '^\\d\\d:\\d\\d$' }), note: Type.Optional(Type.String()) })
  const body = Type.Object({ phone: Type.String({ maxLength: 20 }), slot: Slot, tags: Type.Array(Slot, { default: [] }) })
  app.post('/echo', { schema: { body, response: { 200: Type.Object({ got: body, public: Type.String() }) } } }, async (request) => {
    const got = { ...request.body, secret: 'must not leave' }
    return { got, public: 'yes', inner: 'must not leave' }
  })
  const choice = Type.Union([Type.Object({ at: Type.String({ format: 'date-time' }) }), Type.Object({ seconds: Type.Integer() })])
  app.post('/either', { schema: { body: choice } }, async (request) => request.body)
  const query = Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }), open: Type.Optional(Type.Boolean()) })
  const params = Type.Object({ id: Type.String({ format: 'uuid' }) })
  app.get('/list/:id', { schema: { querystring: query, params } }, async (request) => ({ ...request.query, ...request.params }))
  app.get('/slow-down', async () => {
    throw new TooManyTries('too-many', 'Wait.', 7)
  })
  app.get('/absent', async () => {
    throw new NotFound('no-such-thing', 'There is none.', { hint: 1 })
  })
  await app.ready()
})
const post = (url: string, payload: object | string) =>
  app.inject({ method: 'POST', url, payload, headers: { 'content-type': 'application/json' } })
const ID = '01a20a88-d1f0-7153-972e-576456407612'

describe('a request', () => {
  test('reaches its handler with defaults filled in, and without what no schema names', async () => {
    const reply = await post('/echo', { phone: '+8801700000000', slot: { startLocal: '09:00', isAdmin: true }, role: 'administrator' })
    expect(reply.json()).toEqual({ got: { phone: '+8801700000000', slot: { startLocal: '09:00' }, tags: [] }, public: 'yes' })
  })

  test('is converted from text in the address, and only there', async () => {
    expect((await app.inject(`/list/${ID}?limit=7&open=true`)).json()).toEqual({ limit: 7, open: true, id: ID })
    expect((await app.inject(`/list/${ID}`)).json()).toEqual({ limit: 50, id: ID })
    expect((await post('/either', { seconds: '5' })).statusCode).toBe(400)
    expect((await post('/echo', { phone: null, slot: { startLocal: '09:00' } })).statusCode).toBe(400)
  })

  test('may be one of several shapes', async () => {
    expect((await post('/either', { seconds: 5 })).json()).toEqual({ seconds: 5 })
    expect((await post('/either', { at: '2026-12-01T09:00:00Z' })).json()).toEqual({ at: '2026-12-01T09:00:00Z' })
  })

  test.each([
    ['/echo', { phone: '+8801700000000+8801700000000', slot: { startLocal: '0900' } }],
    ['/echo', { slot: 8801700000000 }],
    ['/either', { at: 'at 8801700000000' }],
  ])('that is refused is told where, and what was sent is not repeated: %s %j', async (url, body) => {
    const reply = await post(url, body)
    expect(reply.statusCode).toBe(400)
    expect(reply.json()).toMatchObject({ code: 'invalid-request', detail: expect.any(Array) as unknown[] })
    expect(reply.body).not.toContain('88017')
  })

  test.each([
    ['broken JSON', '{"phone":"+8801700000000"', 400],
    ['too much', JSON.stringify({ phone: 'x'.repeat(2 ** 21) }), 413],
  ])('of %s is refused without being repeated', async (_what, payload, status) => {
    const reply = await post('/echo', payload)
    expect(reply.statusCode).toBe(status)
    expect(reply.json()).toEqual({ code: expect.stringMatching(/^fst-/) as string, message: expect.any(String) as string })
    expect(reply.body).not.toContain('88017')
  })

  test('with an id of the wrong shape never reaches the database', async () => {
    for (const id of ['1', `${ID}'`, 'null', ID.slice(1)])
      expect((await app.inject(`/list/${encodeURIComponent(id)}`)).statusCode).toBe(400)
  })
})

test('a refusal carries its code, its sentence, its detail and nothing else', async () => {
  const absent = await app.inject('/absent')
  expect([absent.statusCode, absent.json()]).toEqual([404, { code: 'no-such-thing', message: 'There is none.', detail: { hint: 1 } }])
  const slowDown = await app.inject('/slow-down')
  expect([slowDown.statusCode, slowDown.headers['retry-after']]).toEqual([429, '7'])
})
