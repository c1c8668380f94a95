import { BadAsteriskConfig, renderAsteriskConfig, type LineFacts, type TrunkFacts } from '../../asterisk-config/render.ts'
import { LANGUAGES, type LanguageCode } from '../../asterisk-config/sounds/catalogue.ts'
import { listPbxFacts, markTold } from '../../server/domains/countries/service.ts'
import { FieldCipher } from '../../server/platform/crypto/field-cipher.ts'
import { loadKeyRing } from '../../server/platform/crypto/key-files.ts'
import { createDb } from '../../server/platform/db/db.ts'
import { systemClock } from '../../server/platform/time/clock.ts'
import { startAsterisk } from '../lib/asterisk-process.ts'
import { tell } from '../lib/steps.ts'
import { SetupProblem } from '../lib/setup-problem.ts'
import { supervise } from '../lib/supervise.ts'
import type { AsteriskBinary } from '../setup/asterisk-binary.ts'
import type { Secrets } from './secrets.ts'
import { ARI_USER, places, type StartSettings } from './settings.ts'
import type { Started } from './started.ts'

export interface PbxFacts {
  trunks: readonly TrunkFacts[]
  lines: readonly LineFacts[]
  /** All that any line speaks, and English: what is missing in them is said in it. */
  languages: LanguageCode[]
}

/**
 * @param keys opens what we log in at carriers with
 * @param isTold Asterisk's configuration is written from it now: the console then knows what Asterisk has heard of
 */
export async function pbxFacts(
  databaseUrl: string,
  keys: Pick<Secrets, 'masterKeyFile' | 'blindIndexKeyFile'>,
  { isTold }: { isTold: boolean },
): Promise<PbxFacts> {
  const db = createDb(databaseUrl, { max: 1 })
  try {
    const cipher = new FieldCipher(await loadKeyRing(keys))
    const { trunks, lines } = await listPbxFacts({ db, cipher })
    if (isTold) await markTold(db, systemClock.now())
    const languages = LANGUAGES.filter((code) => code === 'en' || lines.some((line) => line.languages.includes(code)))
    return { trunks, lines, languages }
  } finally {
    await db.destroy()
  }
}

interface RenderPbx {
  settings: StartSettings
  /** Asterisk's own. */
  directories: { modules: string; data: string }
  secrets: Pick<Secrets, 'ariPassword' | 'journalKey'>
  facts: PbxFacts
}

/** Writes the whole configuration into the data folder. @throws SetupProblem when a row cannot be written as it is */
export async function renderPbx({ settings, directories, secrets, facts }: RenderPbx): Promise<void> {
  const { service, ariPort, sipTls, networks } = settings
  const at = places(settings)
  const written = renderAsteriskConfig({
    folder: at.asterisk,
    spoolFolder: service.spoolFolder,
    directories,
    ports: { sip: service.sip.port, ari: ariPort, rtpFirst: service.rtp.firstPort, rtpLast: service.rtp.lastPort },
    binds: { sip: service.sip.bind },
    ariUser: ARI_USER,
    ariPassword: secrets.ariPassword,
    journalKey: secrets.journalKey,
    instancePattern: 'ringback-[0-9]+',
    ...(sipTls && { tls: sipTls }),
    firewall: { consolePort: service.http.port, agentNetworks: networks.agents, consoleNetworks: networks.console },
    trunks: facts.trunks,
    lines: facts.lines,
    soundsFolder: at.sounds,
  })
  await written.catch((cause: unknown) => {
    throw cause instanceof BadAsteriskConfig ? new SetupProblem(`Asterisk cannot be configured: ${cause.message}`, { cause }) : cause
  })
}

interface StartPbx {
  settings: StartSettings
  started: Started
  binary: AsteriskBinary
  secrets: Pick<Secrets, 'ariPassword' | 'journalKey'>
  facts: PbxFacts
}

/** Renders Asterisk's configuration and starts it; it is started again whenever it falls. */
export async function startPbx({ settings, started, binary, secrets, facts }: StartPbx): Promise<void> {
  await renderPbx({ settings, directories: { modules: binary.modulesFolder, data: binary.dataFolder }, secrets, facts })
  const ready = () => ariAnswers(settings.ariPort, secrets.ariPassword)
  const start = () => startAsterisk({ binary, configFolder: places(settings).asterisk, ready })
  const asterisk = await supervise({ name: 'Asterisk', log: tell, start })
  started.keep('Asterisk', () => asterisk.stop())
}

async function ariAnswers(port: number, password: string): Promise<boolean> {
  const authorization = `Basic ${Buffer.from(`${ARI_USER}:${password}`).toString('base64')}`
  try {
    const options = { headers: { authorization }, signal: AbortSignal.timeout(2000) }
    const response = await fetch(`http://127.0.0.1:${port}/ari/asterisk/ping`, options)
    await response.body?.cancel()
    return response.status === 200
  } catch {
    // Not up yet, whatever the reason; the deadline of the start ends the wait.
    return false
  }
}
