import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { seedDemo } from '../../scripts/seed-demo.ts'
import { openSecrets } from '../../scripts/start/secrets.ts'
import { readConfig } from '../../server/config.ts'
import { takeNext } from '../../server/domains/callbacks/service.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../../server/platform/crypto/key-files.ts'
import { systemClock } from '../../server/platform/time/clock.ts'
import { makeUser } from '../helpers/http.ts'
import { createTestDatabase } from '../helpers/postgres.ts'

test('a newcomer finds the same programme at every start, with callbacks that may be called at once', { timeout: 90_000 }, async () => {
  const { db, databaseUrl, secrets, settings } = await emptyInstallation()
  const first = await seedDemo({ databaseUrl, secrets, settings })
  const before = await db.selectFrom('callback').select(['countryId', 'languageCode', 'status']).orderBy('id').execute()
  expect(await seedDemo({ databaseUrl, secrets, settings })).toEqual(first)
  expect(await db.selectFrom('callback').select(['countryId', 'languageCode', 'status']).orderBy('id').execute()).toEqual(before)

  expect(first.countries.map(({ id, languages }) => [id, languages])).toEqual([
    ['BD', ['bn']],
    ['VN', ['vi']],
    ['CN', ['zh']],
    ['IN', ['hi', 'ta']],
    ['TR', ['tr', 'ar']],
  ])
  const roles = new Set(first.users.map(({ role }) => role))
  expect(roles).toEqual(new Set(['agent', 'supervisor', 'case-handler', 'auditor', 'custodian', 'client', 'administrator']))

  // Every agent of the demo has somebody to call, whatever the time of day.
  const orders: string[] = []
  const { blindIndexKeyFile, masterKeyFile } = secrets
  const cipher = new FieldCipher(await loadKeyRing({ masterKeyFile, blindIndexKeyFile }))
  const callbackTelephony = {
    placeCall: async ({ countryId }: { countryId: string }) => void orders.push(countryId),
    hangUpCall: async () => {},
    trunkState: () => 'unknown' as const,
  }
  const agents = await db.updateTable('agent').set({ isPhoneReachable: true }).returning('userId').execute()
  for (const { userId } of agents) await takeNext({ db, cipher, clock: systemClock, callbackTelephony }, { agentUserId: userId })
  expect(orders.toSorted()).toEqual(['BD', 'CN', 'IN', 'IN', 'TR', 'TR', 'VN'])
})

test('the demo is not put into the database of a real hotline', async () => {
  const { db, ...installation } = await emptyInstallation()
  await makeUser(db, 'administrator')
  await expect(seedDemo(installation)).rejects.toThrow('belongs to a real hotline')
  expect(await db.selectFrom('country').select('id').execute()).toEqual([])
})

async function emptyInstallation() {
  const { db, databaseUrl, drop } = await createTestDatabase()
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'ringback-demo-test-'))
  onTestFinished(() => rm(dataFolder, { recursive: true }))
  onTestFinished(drop)
  const secrets = await openSecrets(path.join(dataFolder, 'secrets'), false)
  return { db, databaseUrl, secrets, settings: readConfig({ DATABASE_URL: databaseUrl, RINGBACK_DATA: dataFolder }) }
}
