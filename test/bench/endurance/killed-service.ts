/** `kill -9` of the service during a hundred live calls: nobody is dropped, every message is kept, each call is taken up again. */
import { setTimeout as pause } from 'node:timers/promises'
import { percentile } from '../../../scripts/bench/percentile.ts'
import { isWhole } from '../../../scripts/bench/round-of-messages.ts'
import type { SpeakingCall } from '../../../scripts/bench/speaking-callers.ts'
import { readWav } from '../../../scripts/simulator/audio/wav.ts'
import { signIn } from '../../helpers/api.ts'
import type { Phone } from '../../helpers/phone/index.ts'
import { keptMessages } from '../../helpers/kept-messages.ts'
import { startTestProduct, type TestProduct } from '../../helpers/product.ts'
import { openAgentPhones, seedAgents, until } from './agents.ts'
import { beginCalls, type Groups, openCallers } from './live-callers.ts'
import type { PartResult } from './part.ts'

const COUNTS = { talking: 25, waiting: 25, speaking: 30, inMenu: 25 }
/** Of those who speak: they hang up while there is no service. */
const LEAVING = 5
const LIVE = COUNTS.talking + COUNTS.waiting + COUNTS.speaking + COUNTS.inMenu - LEAVING
const GOAL_ADOPTED_MS = 3_000
const WATCH_MS = 20_000
/** What a line that rings no agents says before it records. */
const PROMPTS = ['greeting', 'pin-offer', 'leave-message']

export async function killedService(log: (line: string) => void): Promise<PartResult> {
  const product = await startTestProduct({
    postgres: 'own',
    rtpPortCount: 500,
    arrange: async (db) => {
      await db.updateTable('country').set({ queueLimitSeconds: 0 }).execute()
      await db.updateTable('country').set({ queueLimitSeconds: 600 }).where('id', '=', 'BD').execute()
      await seedAgents(db, COUNTS.talking)
    },
  })
  const closing: (() => unknown)[] = [() => product.stop()]
  try {
    const phones: Phone[] = []
    closing.push(async () => Promise.all(phones.map((phone) => phone.close())))
    await openAgentPhones(product, COUNTS.talking, phones)
    const callers = await openCallers(product)
    closing.push(callers.close)
    const sound = (name: string) => readWav(`${product.folder}/sounds/vi/${name}.wav`).length / 8
    const promptsMs = PROMPTS.reduce((sum, name) => sum + sound(name), 0)
    const groups = await beginCalls(product, callers, { counts: COUNTS, promptsMs })
    const all = [...groups.talking, ...groups.waiting, ...groups.speaking.map(({ call }) => call), ...groups.inMenu]
    const legsBefore = await legs(product)
    log(`${all.length} calls are live, ${legsBefore.size} legs; the service is killed`)

    await product.service.kill9()
    const leaving = groups.speaking.slice(0, LEAVING)
    await Promise.all(leaving.map(({ call }) => callers.vietNam.callers.finish(call)))
    for (const { call } of leaving) callers.vietNam.callers.hangUp(call)
    const startedAt = Date.now()
    await product.service.start()
    const readyMs = Date.now() - startedAt
    const { adopted, connectedMs } = await adoptedMs(product, startedAt)
    log(`ready after ${readyMs} ms; ${adopted.length} of ${LIVE} calls taken up, the last after ${Math.max(...adopted)} ms`)

    // Who hears the service, and who talks, must go on hearing something.
    const hearing = [...groups.talking, ...groups.waiting, ...groups.inMenu]
    const silent = await whoHearsNothing(hearing)
    const legsAfter = await legs(product)
    const lost = [...legsBefore].filter((leg) => !legsAfter.has(leg)).length - LEAVING
    await endAll(callers, groups)
    await until('the calls end', async () => (await openCalls(product)) === 0, 60_000).catch(() => undefined)
    const supervisor = await signIn(product, 'supervisor')
    const numbers = groups.speaking.map(({ call }) => call.number)
    const { kept, doubles } = await keptMessages(product, supervisor, { numbers, withinMs: 60_000 })
    const whole = groups.speaking.filter(
      (speaker) => kept.has(speaker.call.number) && isWhole(kept.get(speaker.call.number)!, speaker),
    ).length

    const figures = {
      killedCalls: all.length,
      killedLegsLost: lost,
      killedCallsHungUp: hearing.filter(({ isHungUp }) => isHungUp).length,
      killedCallersInSilence: silent,
      killedAdopted: adopted.length,
      killedAdoptedP50Ms: percentile(adopted, 50),
      killedAdoptedP95Ms: percentile(adopted, 95),
      killedAdoptedMaxMs: Math.max(...adopted),
      // What is before this is the process' own start, which a busy machine stretches.
      killedConnectedMs: connectedMs,
      killedReadyMs: readyMs,
      killedMessages: groups.speaking.length,
      killedMessagesWhole: whole,
      killedMessagesTwice: doubles,
      killedCallsLeftOpen: await openCalls(product),
    }
    const isKept = whole === groups.speaking.length && doubles === 0 && figures.killedCallsLeftOpen === 0
    const isHeld = lost === 0 && silent === 0 && figures.killedCallsHungUp === 0
    const isInTime = adopted.length === LIVE && figures.killedAdoptedMaxMs <= GOAL_ADOPTED_MS
    return { figures, holds: isKept && isHeld && isInTime }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

/** Legs that calls have; texts pass through one that Asterisk keeps. */
async function legs({ asterisk }: TestProduct): Promise<Set<string>> {
  const authorization = `Basic ${Buffer.from(`${asterisk.ariUser}:${asterisk.ariPassword}`).toString('base64')}`
  const channels = (await (await fetch(`${asterisk.ariUrl}/channels`, { headers: { authorization } })).json()) as {
    id: string
    name: string
  }[]
  return new Set(channels.filter(({ name }) => !name.startsWith('Message/')).map(({ id }) => id))
}

async function openCalls({ db }: TestProduct): Promise<number> {
  return (await db.selectFrom('call').select('id').where('endedAt', 'is', null).execute()).length
}

/** When each call was taken up, in ms since the new process was started, as that process says: on where it was, or begun anew. */
async function adoptedMs({ service }: TestProduct, startedAt: number): Promise<{ adopted: number[]; connectedMs: number }> {
  const adopted = new Map<string, number>()
  let connectedMs = NaN
  for (const end = performance.now() + WATCH_MS; adopted.size < LIVE && performance.now() < end; await pause(250)) {
    for (const line of (await service.log()).split('\n')) {
      if (line.includes('"connected to Asterisk"')) connectedMs = Date.parse((JSON.parse(line) as { time: string }).time) - startedAt
      if (!line.includes('"call moved"')) continue
      const { time, callId, event } = JSON.parse(line) as { time: string; callId: string; event: string }
      const ms = Date.parse(time) - startedAt
      if (ms >= 0 && (event === 'resumed' || event === 'arrived') && !adopted.has(callId)) adopted.set(callId, ms)
    }
  }
  return { adopted: [...adopted.values()], connectedMs }
}

async function whoHearsNothing(calls: readonly SpeakingCall[]): Promise<number> {
  const before = calls.map(({ heardMs }) => heardMs)
  const isSilent = (call: SpeakingCall, index: number) => call.heardMs <= before[index]!
  for (const end = performance.now() + WATCH_MS; calls.some(isSilent) && performance.now() < end;) await pause(100)
  return calls.filter(isSilent).length
}

async function endAll({ bangladesh, vietNam, india }: Awaited<ReturnType<typeof openCallers>>, groups: Groups): Promise<void> {
  const speaking = groups.speaking.slice(LEAVING)
  await Promise.all(speaking.map(({ call }) => vietNam.callers.finish(call)))
  for (const { call } of speaking) vietNam.callers.hangUp(call)
  for (const call of [...groups.talking, ...groups.waiting]) bangladesh.callers.hangUp(call)
  for (const call of groups.inMenu) india.callers.hangUp(call)
}
