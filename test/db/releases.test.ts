import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { countries } from '../../scripts/demo/programme.ts'
import { countRows } from '../../scripts/dump-release/sql-dump.ts'
import { chainMac } from '../../server/domains/activity-log/sealer.ts'
import { verifyChain } from '../../server/domains/activity-log/verify.ts'
import { listCases, readCase } from '../../server/domains/cases/service.ts'
import { listAnswers } from '../../server/domains/questionnaires/service.ts'
import { openAudio } from '../../server/domains/voicemails/service.ts'
import { getWorker, openAlias, openNumber } from '../../server/domains/workers/service.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../../server/platform/crypto/key-files.ts'
import type { DbPool } from '../../server/platform/db/db.ts'
import { migrate } from '../../server/platform/db/migrate.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { systemClock } from '../../server/platform/time/clock.ts'
import { createTestDatabase } from '../helpers/postgres.ts'

const FOLDER = join(import.meta.dirname, '..', 'fixtures', 'releases')
const ENDING = '.dump.gz'
const versions = readdirSync(FOLDER).flatMap((name) => (name.endsWith(ENDING) ? [name.slice(0, -ENDING.length)] : []))

type Holds = { rows: Record<string, number>; answerText: string; caseSummary: string; messageSha256: string }

test('there is a database of a past release to try', () => {
  expect(versions).not.toEqual([])
})

describe.each(versions)('a database of release %s', (version) => {
  const holds = JSON.parse(readFileSync(join(FOLDER, `${version}.json`), 'utf8')) as Holds

  test("migrates to today's schema with every row it had", async () => {
    const { client, databaseUrl } = await restore(version)
    expect(await countRows(client)).toEqual(holds.rows)

    await migrate(databaseUrl)

    const { 'public.schema_migration': applied, ...before } = holds.rows
    const { 'public.schema_migration': appliedNow, ...rows } = await countRows(client)
    expect(rows).toMatchObject(before)
    expect(appliedNow).toBeGreaterThanOrEqual(applied!)
    expect(await migrate(databaseUrl)).toEqual([])
  })

  test('opens with its own keys: numbers, aliases, answers, cases, messages, and the chain of the activity-log', async () => {
    const { db, databaseUrl } = await restore(version)
    await migrate(databaseUrl)
    const cipher = new FieldCipher(await keysOf(version))
    const deps = { db, cipher, clock: systemClock }

    expect(await verifyChain(db, chainMac(cipher), [])).toMatchObject({ isWhole: true })
    for (const { id, blindIndex } of await db.selectFrom('phoneNumber').select(['id', 'blindIndex']).execute()) {
      expect(cipher.blindIndex('phone', await openNumber(deps, db, id))).toEqual(blindIndex)
    }
    expect(await aliases(deps)).toEqual(expect.arrayContaining(['Worker 1', 'Worker 2', 'Worker 3']))
    const texts = (await answers(deps)).flatMap(({ text }) => (text === null ? [] : [text]))
    expect(texts).toEqual([holds.answerText])

    const handler = await readerOf(db, 'case-handler')
    const { items } = await listCases(deps, handler, {})
    expect(await Promise.all(items.map(async ({ id }) => (await readCase(deps, handler, id)).summary))).toEqual([holds.caseSummary])
    expect(await messages(deps)).toEqual([holds.messageSha256])
  })

  test('shows nothing of what is sealed', () => {
    const sql = sqlOf(version)
    for (const plain of [holds.answerText, holds.caseSummary, 'Worker 1', ...countries.map(({ workerPrefix }) => workerPrefix)]) {
      expect(sql).not.toContain(plain)
      expect(sql).not.toContain(Buffer.from(plain).toString('hex'))
    }
  })

  test("stays shut to another database's keys", async () => {
    const { db } = await restore(version)
    const { masterKeyFile: blindIndexKeyFile, blindIndexKeyFile: masterKeyFile } = keyFilesOf(version)
    const cipher = new FieldCipher(await loadKeyRing({ masterKeyFile, blindIndexKeyFile }))
    const { id } = await db.selectFrom('phoneNumber').select('id').limit(1).executeTakeFirstOrThrow()
    await expect(openNumber({ cipher }, db, id)).rejects.toThrow('master key')
  })
})

type Deps = { db: DbPool; cipher: FieldCipher; clock: typeof systemClock }

/** In a database without a schema. */
async function restore(version: string) {
  const { databaseUrl, db, drop } = await createTestDatabase()
  onTestFinished(drop)
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('drop schema public cascade; drop schema keyring cascade; create schema public')
  await client.query(sqlOf(version))
  return { databaseUrl, db, client }
}

const sqlOf = (version: string) => gunzipSync(readFileSync(join(FOLDER, version + ENDING))).toString()

const keyFilesOf = (version: string) => ({
  masterKeyFile: join(FOLDER, `${version}.master-key`),
  blindIndexKeyFile: join(FOLDER, `${version}.blind-index-key`),
})
const keysOf = (version: string) => loadKeyRing(keyFilesOf(version))

async function aliases({ db, cipher }: Deps): Promise<(string | null)[]> {
  const rows = await db.selectFrom('worker').select(['id as workerId', 'dataKeyId', 'aliasSealed']).execute()
  return Promise.all(rows.map((row) => openAlias({ db, cipher }, row)))
}

async function answers({ db, cipher }: Deps) {
  const callbacks = await db.selectFrom('callback').select(['id', 'workerId']).execute()
  const lists = await Promise.all(
    callbacks.map(async ({ id, workerId }) => listAnswers({ db, cipher }, id, (await getWorker(db, workerId)).dataKeyId)),
  )
  return lists.flat()
}

async function messages(deps: Deps): Promise<string[]> {
  const supervisor = await readerOf(deps.db, 'supervisor')
  const rows = await deps.db.selectFrom('voicemail').select('id').execute()
  return Promise.all(
    rows.map(async ({ id }) => {
      const { byteLength, read } = await openAudio(deps, supervisor, id)
      const hash = createHash('sha256')
      for await (const piece of read(0, byteLength)) hash.update(piece)
      return hash.digest('hex')
    }),
  )
}

async function readerOf(db: DbPool, role: Scope['role']): Promise<Scope> {
  const { id, countryIds } = await db.selectFrom('appUser').select(['id', 'countryIds']).where('role', '=', role).executeTakeFirstOrThrow()
  return { userId: id, role, countryIds, factoryIds: [], clientId: null }
}
