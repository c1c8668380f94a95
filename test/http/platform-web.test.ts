import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestApp, type TestApp } from '../helpers/http.ts'

let testApp: TestApp
let webFolder: string
beforeAll(async () => {
  webFolder = await mkdtemp(path.join(tmpdir(), 'ringback-web-'))
  await mkdir(path.join(webFolder, 'assets'))
  await writeFile(path.join(webFolder, 'index.html'), '<title>Ringback</title>')
  await writeFile(path.join(webFolder, 'assets/app-1234.js'), 'run()')
  testApp = await createTestApp()
  const { http } = testApp.config
  await testApp.stop()
  testApp = await createTestApp({ config: { http: { ...http, webFolder } } })
})
afterAll(async () => {
  await testApp.stop()
  await rm(webFolder, { recursive: true })
})
const get = (url: string, accept = 'text/html') => testApp.app.inject({ url, headers: { accept } })

test('the console’s page is shown at / and at every screen’s address, and asked for anew each time', async () => {
  for (const url of ['/', '/callbacks/4711', '/board?x=1']) {
    const reply = await get(url)
    expect([reply.statusCode, reply.body]).toEqual([200, '<title>Ringback</title>'])
    expect(reply.headers['cache-control'] ?? 'no-cache').not.toContain('max-age=31536000')
  }
})

test('files with a hash in their name are kept for ever', async () => {
  const reply = await get('/assets/app-1234.js', '*/*')
  expect([reply.statusCode, reply.body]).toEqual([200, 'run()'])
  expect(reply.headers['cache-control']).toBe('public, max-age=31536000, immutable')
  expect(reply.headers['content-type']).toContain('javascript')
})

test('what is not there is not the page: interface, assets, scripts', async () => {
  for (const url of ['/api/nowhere', '/assets/app-0000.js', '/live/x']) expect((await get(url)).statusCode, url).toBe(404)
  expect((await get('/script.js', '*/*')).statusCode).toBe(404)
})

test('nothing outside the folder is served', async () => {
  for (const url of ['/../package.json', '/..%2fpackage.json', '/assets/..%2f..%2fpackage.json', '/%2e%2e/package.json', '/.env']) {
    const reply = await get(url, '*/*')
    expect(reply.statusCode, url).not.toBe(200)
    expect(reply.body).not.toContain('dependencies')
  }
})
