/** Writes the configuration for an Asterisk that somebody else starts: `ASTERISK=external`, or a container beside the service. */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { migrate } from '../server/platform/db/migrate.ts'
import { SetupProblem } from './lib/setup-problem.ts'
import { announce, report, step } from './lib/steps.ts'
import { makeConsentAudio } from './make-consent-audio.ts'
import { makePrompts } from './make-prompts.ts'
import { seedDemo } from './seed-demo.ts'
import { pbxFacts, renderPbx } from './start/pbx.ts'
import { openSecrets } from './start/secrets.ts'
import { places, readStartSettings, type StartSettings } from './start/settings.ts'
import { writeWhole } from './start/write-whole.ts'
import { OLDEST_ASTERISK } from './setup/versions.ts'

const USAGE = `usage: node scripts/asterisk-config.ts --modules <folder> --data <folder> [--demo]

  --modules  where that Asterisk's modules lie, such as /usr/lib/x86_64-linux-gnu/asterisk/modules
  --data     where its rest-api and documentation lie, such as /usr/share/asterisk
  --demo     fills an empty database with the demo programme first

Needs DATABASE_URL; heeds RINGBACK_DATA and the port and bind variables. Brings the database to the newest schema, makes the
secrets and the draft prompts that are missing, and writes <RINGBACK_DATA>/asterisk. Then start Asterisk ${OLDEST_ASTERISK} or
newer as: asterisk -f -C <RINGBACK_DATA>/asterisk/asterisk.conf
Run it again, and restart Asterisk, after a change of countries, trunks, lines, ports or addresses.`

try {
  const { values } = parseArgs({
    options: {
      modules: { type: 'string' },
      data: { type: 'string' },
      demo: { type: 'boolean', default: false },
      help: { type: 'boolean' },
    },
  })
  if (values.help || !values.modules || !values.data) {
    console.log(USAGE)
    process.exitCode = values.help ? 0 : 2
  } else {
    await write({ modules: values.modules, data: values.data, demo: values.demo })
  }
} catch (error) {
  process.exitCode = report(error)
}

async function write({ modules, data, demo }: { modules: string; data: string; demo: boolean }): Promise<void> {
  // Where ARI will be is of no matter to its own configuration.
  const settings = readStartSettings({ ...process.env, ASTERISK: 'system' }, join(import.meta.dirname, '..'))
  const at = places(settings)
  const databaseUrl = requireDatabase(settings)
  const secrets = await openSecrets(at.secrets, false)
  await step('database schema', () => migrate(databaseUrl))
  if (demo) {
    const seeded = await step('demo programme', () => seedDemo({ databaseUrl, secrets, settings: settings.service }))
    await writeWhole(at.demo, `${JSON.stringify(seeded, null, 2)}\n`)
  }
  const facts = await pbxFacts(databaseUrl, secrets, { isTold: true })
  await step('prompts', () => makePrompts({ soundsFolder: at.sounds, languages: facts.languages, log: announce }))
  await step('consent texts', () => makeConsentAudio(at.consent, facts.languages))
  await step('configuration', () => renderPbx({ settings, directories: { modules, data }, secrets, facts }))
  announce(`written to ${at.asterisk}; ARI's password is in ${secrets.ariPasswordFile}`)
}

function requireDatabase({ databaseUrl }: StartSettings): string {
  if (databaseUrl) return databaseUrl
  throw new SetupProblem('Set DATABASE_URL to the Postgres 18 that holds the countries and lines.')
}
