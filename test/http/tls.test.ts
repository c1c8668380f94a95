import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '../../server/config.ts'
import { localAuthorityPair } from '../../server/platform/http/tls-local-authority.ts'
import { BadTls, loadTls } from '../../server/platform/http/tls.ts'
import { DAY } from '../../server/platform/time/duration.ts'
import { createTestApp, makeUser, TEST_PASSWORD, type TestApp } from '../helpers/http.ts'

let app: TestApp
let port: number
let folder: string
let authority: string
const NAMES = ['localhost', '127.0.0.1']
const now = new Date('2026-12-01T12:00:00Z')

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'ringback-tls-'))
  const { http } = readConfig({ DATABASE_URL: 'postgres://x', RINGBACK_TLS: 'local-authority', RINGBACK_DATA: folder })
  app = await createTestApp({ config: { http } })
  await app.app.listen({ host: '127.0.0.1', port: 0 })
  port = (app.app.server.address() as { port: number }).port
  authority = await readFile(path.join(folder, 'tls', 'authority.crt'), 'utf8')
})
afterAll(async () => {
  await app.stop()
  await rm(folder, { recursive: true })
})

async function ask(name: string, { ca, body, address = '/health' }: { ca?: string; body?: object; address?: string } = {}) {
  const payload = body && JSON.stringify(body)
  const method = payload ? 'POST' : 'GET'
  const headers = payload ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) } : {}
  const request = https.request({ host: name, port, path: address, method, headers, ca, agent: false })
  request.end(payload)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { status: response.statusCode, headers: response.headers, body: await text(response) }
}

test('who knows the authority reaches the console by each of its names; nobody else trusts it', async () => {
  for (const name of NAMES) expect((await ask(name, { ca: authority })).status).toBe(200)
  await expect(ask('localhost')).rejects.toThrow(/self-signed|unable to verify|local issuer/)
})

test('the session’s cookie is bound to this host and to TLS', async () => {
  const { email } = await makeUser(app.db, 'auditor')
  const reply = await ask('localhost', { ca: authority, address: '/api/session', body: { email, password: TEST_PASSWORD } })
  expect(reply.status).toBe(200)
  expect(reply.headers['set-cookie']?.[0]).toMatch(/^__Host-ringback=[^;]+;.*Path=\/;.*HttpOnly; Secure; SameSite=Strict/)
  expect(reply.headers['strict-transport-security']).toMatch(/max-age=/)
})

test('nothing older than TLS 1.2 is spoken, and no plain HTTP', async () => {
  const old = connect({ host: '127.0.0.1', port, ca: authority, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })
  await expect(once(old, 'secureConnect')).rejects.toThrow()
  await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow()
})

test('the authority certifies this console and nothing else, and its key is readable by its owner alone', async () => {
  const certificate = new X509Certificate(authority)
  expect(certificate.ca).toBe(true)
  expect((await stat(path.join(folder, 'tls', 'authority.pem'))).mode & 0o077).toBe(0)
  expect((await readdir(path.join(folder, 'tls'))).sort()).toEqual(['authority.crt', 'authority.pem', 'console.pem'])
  expect(authority).not.toContain('PRIVATE KEY')
  const other = localAuthorityPair({ folder: path.join(folder, 'tls'), names: ['bank.example.org'] }, now)
  await expect(other).rejects.toThrow(/made for other names than bank\.example\.org/)
})

test('a certificate is kept while it is good, and made anew a month before it ends', async () => {
  const at = { folder: path.join(folder, 'renewed'), names: ['hotline.example.org', ...NAMES] }
  const first = await localAuthorityPair(at, new Date())
  expect(await localAuthorityPair(at, new Date())).toEqual(first)
  const later = await localAuthorityPair(at, new Date(Date.now() + 370 * DAY))
  expect(later.cert).not.toBe(first.cert)
  const made = new X509Certificate(later.cert)
  expect(made.checkHost('hotline.example.org')).toBe('hotline.example.org')
  expect(made.verify(new X509Certificate(await readFile(path.join(at.folder, 'authority.crt'))).publicKey)).toBe(true)
})

test('two processes that start at once share one authority', async () => {
  const at = { folder: path.join(folder, 'twice'), names: NAMES }
  await Promise.all([1, 2, 3].map(() => localAuthorityPair(at, new Date())))
  const authorityKept = new X509Certificate(await readFile(path.join(at.folder, 'authority.crt')))
  const kept = await localAuthorityPair(at, new Date())
  expect(new X509Certificate(kept.cert).verify(authorityKept.publicKey)).toBe(true)
})

test('files that are no certificate, or not one pair, stop the start with a sentence', async () => {
  const [one, two] = [path.join(folder, 'one'), path.join(folder, 'two')]
  const mine = await localAuthorityPair({ folder: one, names: NAMES }, new Date())
  const other = await localAuthorityPair({ folder: two, names: NAMES }, new Date())
  const [certFile, keyFile] = [path.join(folder, 'crt.pem'), path.join(folder, 'key.pem')]
  const load = () => loadTls({ kind: 'files', certFile, keyFile }, { now: () => now })
  await expect(load()).rejects.toThrow(BadTls)
  await writeFile(certFile, mine.cert)
  await writeFile(keyFile, other.key)
  await expect(load()).rejects.toThrow(/do not make a certificate/)
  await writeFile(keyFile, mine.key)
  expect(await load()).toEqual(mine)
})
