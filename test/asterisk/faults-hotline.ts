import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { CallbackPage, CallbackRow } from '../../server/domains/callbacks/contract.ts'
import type { VoicemailPage, VoicemailView } from '../../server/domains/voicemails/contract.ts'
import { workerNumber } from '../../scripts/simulator/numbers.ts'
import { type ApiClient, signIn } from '../helpers/api.ts'
import { correlate, decodeWav, readWav, SAME_SOUND, speak } from '../helpers/audio/index.ts'
import { createPhone, type OutgoingCall, type Phone } from '../helpers/phone/index.ts'
import type { TestProduct } from '../helpers/product.ts'

export type FaultyHotline = Awaited<ReturnType<typeof openHotline>>

/** A running product as its callers meet it, and as it looks inside once a fault is over. */
export async function openHotline(product: TestProduct) {
  const supervisor: ApiClient = await signIn(product, 'supervisor')
  const phones = new Map<string, Phone>()
  for (const { id, carrier } of product.demo.countries) phones.set(id, await createPhone({ address: carrier.host, port: carrier.port }))
  let callers = 0

  const country = (id: string) => product.demo.countries.find((one) => one.id === id)!
  const newNumber = (id: string) => workerNumber(country(id), country(id).languages[0]!, 500 + callers++)
  const prompt = (language: string, name: string) => join(product.folder, 'sounds', language, `${name}.wav`)
  const call = (id: string, from = newNumber(id), headers: Record<string, string> = {}): OutgoingCall => {
    const { sipPort } = product.asterisk
    return phones.get(id)!.call(`sip:${country(id).cardDid.replace('+', '')}@${product.demo.sip.host}:${sipPort}`, { from, headers })
  }
  const voicemails = async () => (await supervisor.get<VoicemailPage>('/api/voicemails?limit=200')).items

  return {
    supervisor,
    country,
    newNumber,
    prompt,
    call,
    voicemails,
    /** What Asterisk keeps: names of recordings, of any folder. */
    spool: () => storedRecordings(product),
    /** The carrier's end of a country. */
    carrier: (id: string) => phones.get(id)!,
    /** Waits until a prompt of a language must have been said, by its length: to listen to many callers at once costs too much. */
    untilSaid: (caller: OutgoingCall, language: string, name: string) => {
      const lengthMs = readWav(prompt(language, name)).length / 8
      return caller.waitUntil(() => caller.heardMs > lengthMs + 300, name, 45_000)
    },
    audioOf: async ({ id }: VoicemailView): Promise<Int16Array> => {
      const reply = await supervisor.request('GET', `/api/voicemails/${id}/audio`)
      expect(reply.status).toBe(200)
      return decodeWav(new Uint8Array(await reply.arrayBuffer()))
    },
    callbacks: async (reason: CallbackRow['reason'], countryId: string) => {
      const { items } = await supervisor.get<CallbackPage>(`/api/callbacks?status=waiting&countryId=${countryId}&limit=200`)
      return items.filter((each) => each.reason === reason)
    },
    /** The steps each call has got to, by country, in order. */
    steps: async () => {
      const from = product.db.selectFrom('call').innerJoin('callStep', 'callStep.callId', 'call.id')
      const rows = await from.select(['call.countryId', 'call.id', 'callStep.name']).orderBy('callStep.sequence').execute()
      const names = Map.groupBy(rows, ({ id }) => id)
      return [...names.values()].map((steps) => `${steps[0]!.countryId}: ${steps.map(({ name }) => name).join(', ')}`).sort()
    },
    /**
     * Waits until nothing of any call is under way: no call open in the database, nothing left in Asterisk's spool or in the
     * service's journal.
     */
    settled: async (timeoutMs = 45_000) => {
      const left = async () => ({
        openCalls: await product.db.selectFrom('call').select(['id', 'flow', 'status']).where('endedAt', 'is', null).execute(),
        spool: await storedRecordings(product),
        journal: await readdir(join(product.folder, 'journal')),
      })
      await expect.poll(left, { timeout: timeoutMs, interval: 250 }).toEqual({ openCalls: [], spool: [], journal: [] })
    },
    /** Those that were not there before. */
    newVoicemails: async (before: readonly VoicemailView[]) => {
      const known = new Set(before.map(({ id }) => id))
      return (await voicemails()).filter(({ id }) => !known.has(id))
    },
    close: async () => {
      for (const phone of phones.values()) await phone.close()
    },
  }
}

/** Looks (20 a second) without a new packet that stand for the end of the prompts. */
const QUIET_LOOKS = 10

/**
 * Waits until nothing is sent to the caller any more: while it records, or waits for a key, Asterisk sends nothing at all.
 * Counted in looks rather than by the clock: a busy machine that stalls this process has not stopped sending.
 */
export async function untilPromptsEnd(caller: OutgoingCall): Promise<void> {
  let received = 0
  let looks = 0
  const isQuiet = () => {
    looks = caller.packets.received === received ? looks + 1 : 0
    received = caller.packets.received
    return received > 0 && caller.heardMs > 3000 && looks >= QUIET_LOOKS
  }
  await caller.waitUntil(isQuiet, 'the end of the prompts', 60_000)
}

/** Which of the messages a recording holds; undefined when none of them is in it, whole. */
export function messageIn(recording: Int16Array, messages: readonly string[]): string | undefined {
  return messages.find((message) => correlate(recording, message).score >= SAME_SOUND)
}

/** Three seconds of speech that no other number gives: digits, in Vietnamese. @returns path of a wav */
export function spokenDigits(seed: number): Promise<string> {
  return speak([...String((seed + 11) * 7919 * 104_729).slice(0, 8)].join(' '), 'vi')
}

/** All of a wav but its last part: what was said before a line was cut. */
export function beginningOf(wav: string, seconds: number): Int16Array {
  return readWav(wav).subarray(0, seconds * 8000)
}

/** What Asterisk keeps: names of recordings, of any folder. */
async function storedRecordings({ asterisk }: TestProduct): Promise<string[]> {
  const authorization = `Basic ${Buffer.from(`${asterisk.ariUser}:${asterisk.ariPassword}`).toString('base64')}`
  const reply = await fetch(`${asterisk.ariUrl}/recordings/stored`, { headers: { authorization } })
  return ((await reply.json()) as { name: string }[]).map(({ name }) => name)
}
