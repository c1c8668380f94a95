/** What lies in Asterisk's spool when the service comes, and after each call. */
import { afterEach, expect, test } from 'vitest'
import { callIdOf, messageName } from '../../server/telephony/runtime/ids.ts'
import { startFakeAri } from '../helpers/fake-ari/index.ts'
import { CARD_BANGLADESH, CARD_INDIA, MemoryDomains } from './runtime-domains.ts'
import { dialplanEntry, inboundCall, type Runtime, startRuntime, wavOf } from './runtime-kit.ts'

let runtime: Runtime
afterEach(() => runtime.stop())

const KEY = '1763938865_1763938865-42'
const channelId = '1763938865.42'
const callId = callIdOf(channelId)
const WORKER = '+8801712345678'

/** A service that starts when these files lie in the spool. */
async function startWith(files: Record<string, Buffer<ArrayBuffer>>, domains = new MemoryDomains()): Promise<Runtime> {
  const ari = await startFakeAri()
  for (const [name, file] of Object.entries(files)) ari.world.storedRecordings.set(name, file)
  runtime = await startRuntime({ ari, domains })
  return runtime
}
const spool = () => [...runtime.ari.world.storedRecordings.keys()]
/** Waits until the pass that is going on is over, and lets the next, due after a call or in a minute, begin now. */
async function nextPass(): Promise<void> {
  await runtime.timers.running(5000, 60_000)
  runtime.timers.advance(60_000)
}
async function emptied(): Promise<void> {
  while (spool().length) await nextPass()
}

test('a message that the dialplan took while we were away is stored with its caller, then nothing is left', async () => {
  const { domains } = await startWith({ [`journal/${KEY}`]: dialplanEntry(WORKER, CARD_BANGLADESH), [`fb/${KEY}`]: wavOf(5) })
  await domains.until(() => domains.voicemails.length === 1)
  await emptied()
  expect(domains.toldOf(callId)).toEqual([`arrived fallback ${CARD_BANGLADESH}`, 'voicemail bn 5000 ms', 'ended completed'])
  expect(domains.calls.get(callId)).toMatchObject({ callerNumber: WORKER, startedAt: new Date(1_763_938_865_000) })
  expect(domains.voicemails).toMatchObject([{ spoolName: `fb/${KEY}`, isCutOff: false, wav: wavOf(5) }])
})

test('a call that the dialplan wrote down and nobody took is a missed call', async () => {
  const { domains } = await startWith({ [`journal/${KEY}`]: dialplanEntry('', CARD_INDIA) })
  await emptied()
  expect(domains.toldOf(callId)).toEqual([`arrived fallback ${CARD_INDIA}`, 'missed call', 'ended completed'])
  expect(domains.calls.get(callId)).toMatchObject({ callerNumber: null })
})

test('an empty message is a missed call', async () => {
  const { domains } = await startWith({ [`journal/${KEY}`]: dialplanEntry(WORKER, CARD_BANGLADESH), [`fb/${KEY}`]: wavOf(0.1) })
  await domains.until(() => domains.calls.get(callId)?.isEnded === true)
  expect(domains.toldOf(callId)).toContain('missed call')
  expect(domains.voicemails).toEqual([])
})

test('an empty message of a caller whom nobody rings back is kept: it is all that tells of them', async () => {
  const domains = new MemoryDomains()
  domains.isAnybodyCalledBack = false
  await startWith({ [`journal/${KEY}`]: dialplanEntry('', CARD_BANGLADESH), [`fb/${KEY}`]: wavOf(0.1) }, domains)
  await domains.until(() => domains.calls.get(callId)?.isEnded === true)
  expect(domains.toldOf(callId)).toContain('voicemail bn 100 ms')
  expect(domains.voicemails).toHaveLength(1)
})

test('a message that cannot be read as sound is never deleted, and its caller is called back', async () => {
  const files = { [`journal/${KEY}`]: dialplanEntry(WORKER, CARD_BANGLADESH), [`fb/${KEY}`]: Buffer.alloc(20_000, 7) }
  const { domains } = await startWith(files)
  await domains.until(() => domains.toldOf(callId).includes('missed call'))
  await nextPass()
  expect(spool()).toContain(`fb/${KEY}`)
  expect(domains.voicemails).toEqual([])
})

test('a message whose file a killed Asterisk left without sizes is repaired and marked as cut off', async () => {
  const broken = wavOf(7)
  broken.fill(0, 4, 8).fill(0, 40, 44)
  const { domains } = await startWith({ [`journal/${KEY}`]: dialplanEntry(WORKER, CARD_BANGLADESH), [`fb/${KEY}`]: broken })
  await domains.until(() => domains.voicemails.length === 1)
  expect(domains.voicemails).toMatchObject([{ durationMs: 7000, isCutOff: true, wav: wavOf(7) }])
})

test('a call that is still going on is left alone until it is over', async () => {
  const ari = await startFakeAri()
  ari.world.storedRecordings.set(`journal/${KEY}`, dialplanEntry(WORKER, CARD_BANGLADESH)).set(`fb/${KEY}`, wavOf(2))
  ari.world.addChannel({ id: channelId })
  runtime = await startRuntime({ ari })
  await ari.nextCommand('channels.list')
  expect(runtime.domains.told).toEqual([])
  ari.world.channels.delete(channelId)
  await nextPass()
  await runtime.domains.until(() => runtime.domains.voicemails.length === 1)
})

test('a message recorded by a flow of a process that died is stored by the next, with the language in its name', async () => {
  const name = messageName({ callId, language: 'ta', step: 3 })
  const { domains } = await startWith({ [`journal/${KEY}`]: dialplanEntry(WORKER, CARD_INDIA), [name]: wavOf(8) })
  await domains.until(() => domains.voicemails.length === 1)
  await emptied()
  expect(domains.toldOf(callId)).toEqual([`arrived fallback ${CARD_INDIA}`, 'voicemail ta 8000 ms', 'ended completed'])
})

test('files that are not ours, and entries that cannot be opened, stay where they are', async () => {
  const files = {
    'holiday-greeting': wavOf(1),
    'text/1763938865_1234567890123456': Buffer.from('x'),
    [`journal/${KEY}`]: Buffer.from('unfinished'),
  }
  const { domains, until } = await startWith(files)
  await until('an entry of the dialplan’s journal cannot be read')
  expect(spool().sort()).toEqual(Object.keys(files).sort())
  expect(domains.told).toEqual([])
})

test('what the dialplan could not write down on a full disk is told to a person, once for all of it, and goes', async () => {
  const files = {
    [`journal/${KEY}`]: Buffer.alloc(0),
    'journal/1763938999_1763938999-78': Buffer.alloc(61),
    'text/1763938865_1234567890123456': Buffer.alloc(0),
  }
  const { domains } = await startWith(files)
  await emptied()
  expect([...domains.alerts]).toEqual(['caller-unwritten spool'])
  expect(domains.told).toEqual([])
})

test('a file that nobody can take in does not keep the others waiting, and an alert tells of it', async () => {
  const other = '1763938999_1763938999-77'
  const domains = new MemoryDomains()
  domains.before = (what) => {
    if (what === 'voicemail bn 5000 ms') throw new Error('violates a constraint')
  }
  const files = { [`journal/${KEY}`]: dialplanEntry(WORKER, CARD_BANGLADESH), [`fb/${KEY}`]: wavOf(5) }
  await startWith({ ...files, [`journal/${other}`]: dialplanEntry(WORKER, CARD_BANGLADESH), [`fb/${other}`]: wavOf(6) }, domains)
  await domains.until(() => domains.voicemails.length === 1)
  expect(domains.voicemails).toMatchObject([{ durationMs: 6000 }])
  expect(spool()).toContain(`fb/${KEY}`)
  expect([...domains.alerts]).toEqual([expect.stringMatching(/^spool-file-stuck [0-9a-f-]{36}$/)])
})

test('the journal entry of a call that we took goes without becoming a missed call', async () => {
  runtime = await startRuntime()
  const { ari, domains } = runtime
  ari.world.storedRecordings.set(`journal/${KEY}`, dialplanEntry(WORKER, CARD_BANGLADESH))
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  await ari.nextCommand('channels.play')
  ari.happen.hangUp(channelId)
  await domains.until(() => domains.calls.get(callId)?.isEnded === true)
  await emptied()
  expect(domains.toldOf(callId).filter((line) => line === 'missed call')).toHaveLength(1)
})

test('a message that the flow believes in and the spool has not is a missed call', async () => {
  runtime = await startRuntime()
  const { ari, domains } = runtime
  ari.happen.offer(inboundCall(CARD_BANGLADESH))
  const prompt = await ari.nextCommand('channels.play')
  ari.happen.finishPlayback(String(prompt.params.playbackId))
  const record = await ari.nextCommand('channels.record')
  ari.happen.finishRecording(String(record.params.name), { file: wavOf(3) })
  ari.world.storedRecordings.clear()
  ari.happen.hangUp(channelId)
  await domains.until(() => domains.calls.get(callId)?.isEnded === true)
  await runtime.secondsUntil(() => domains.toldOf(callId).includes('missed call'))
})

test.each(['arrived', 'voicemail', 'ended'])(
  'killed after “%s”, the next pass ends with one message and nothing left behind',
  async (deed) => {
    const domains = new MemoryDomains()
    let failures = 1
    // The deed is done, and whoever did it never hears so.
    domains.after = (what) => {
      if (what.startsWith(deed) && failures-- > 0) throw new Error('killed')
    }
    await startWith({ [`journal/${KEY}`]: dialplanEntry(WORKER, CARD_BANGLADESH), [`fb/${KEY}`]: wavOf(5) }, domains)
    await runtime.until('a file in the spool could not be taken in')
    await emptied()
    expect(domains.voicemails).toHaveLength(1)
    expect(domains.toldOf(callId)).not.toContain('missed call')
  },
)

test.each(['recordings.getStoredFile', 'recordings.deleteStored', 'recordings.listStored', 'channels.list'])(
  'a failing %s costs a pass, not a message',
  async (operation) => {
    const ari = await startFakeAri()
    ari.world.storedRecordings.set(`journal/${KEY}`, dialplanEntry(WORKER, CARD_BANGLADESH)).set(`fb/${KEY}`, wavOf(5))
    runtime = await startRuntime({ ari })
    await runtime.domains.until(() => runtime.domains.voicemails.length === 1)
    const other = '1763938999_1763938999-77'
    ari.faults.add({ status: 500, message: 'Internal error' }, { operation, times: 1 })
    ari.world.storedRecordings.set(`journal/${other}`, dialplanEntry(WORKER, CARD_BANGLADESH)).set(`fb/${other}`, wavOf(6))
    await nextPass()
    while (runtime.domains.voicemails.length < 2) await nextPass()
    await emptied()
    expect(runtime.domains.voicemails.map(({ durationMs }) => durationMs)).toEqual([5000, 6000])
  },
)
