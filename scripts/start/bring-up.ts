import { join } from 'node:path'
import { migrate } from '../../server/platform/db/migrate.ts'
import { exists } from '../lib/exists.ts'
import { buildConsole } from '../lib/console-build.ts'
import { requireFreePorts } from '../lib/ports.ts'
import { step, tell } from '../lib/steps.ts'
import { makeConsentAudio } from '../make-consent-audio.ts'
import { makePrompts } from '../make-prompts.ts'
import { seedDemo, type Demo } from '../seed-demo.ts'
import { startCarriers } from '../simulator/carriers.ts'
import { startDatabase } from './database.ts'
import { startHotline } from './hotline.ts'
import { prepareMachine, requireRoom } from './machine.ts'
import { pbxFacts, startPbx } from './pbx.ts'
import { places, portNeeds, type StartSettings } from './settings.ts'
import type { Started } from './started.ts'
import type { StopRequest } from './stop-request.ts'
import { writeWhole } from './write-whole.ts'

const ROOT = join(import.meta.dirname, '..', '..')

export interface BringUp {
  settings: StartSettings
  started: Started
  stop: StopRequest
}

/**
 * Everything from nothing to a product that takes calls, one named step after the other; a warm start passes through the
 * same steps and finds most of them done. What runs is handed to `started` the moment it runs, so that a step that fails
 * leaves nothing behind.
 * @throws SetupProblem for whatever a person can mend
 */
export async function bringUp({ settings, started, stop }: BringUp): Promise<Demo> {
  const { signal } = stop
  const at = places(settings)
  const next = <T>(name: string, work: () => Promise<T>) => {
    signal.throwIfAborted()
    return step(name, work, { quiet: true })
  }
  await next('ports', () => requireFreePorts(portNeeds(settings)))
  // A first start needs room for what it makes. A hotline that is there is started on a full disk too: it still takes calls.
  if (!(await exists(at.secrets))) await next('disk', () => requireRoom(settings.dataFolder))
  const binary = await next('tools and Asterisk', () => prepareMachine(settings, signal))
  await next('console', () => buildConsole(ROOT, signal))
  const { databaseUrl, secrets } = await next('Postgres', () => startDatabase(settings, started))
  await next('database schema', () => migrate(databaseUrl))
  const demo = await next('demo programme', () => seedDemo({ databaseUrl, secrets, settings: settings.service }))
  const facts = await next('countries', () => pbxFacts(databaseUrl, secrets, { isTold: binary !== undefined }))
  await next('prompts', () => makePrompts({ soundsFolder: at.sounds, languages: facts.languages, log: () => undefined, signal }))
  await next('consent texts', () => makeConsentAudio(at.consent, facts.languages, signal))
  if (binary) await next('Asterisk', () => startPbx({ settings, started, binary, secrets, facts }))
  await next('simulated carriers', async () => {
    const carriers = await startCarriers({ demo, log: tell })
    started.keep('simulated carriers', () => carriers.stop())
  })
  const service = await next('service', () => startHotline({ root: ROOT, settings, started, databaseUrl, secrets }))
  stop.onHurry(() => service.current().hurry())
  await writeWhole(at.demo, `${JSON.stringify(demo, null, 2)}\n`)
  return demo
}
