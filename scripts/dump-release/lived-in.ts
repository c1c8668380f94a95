/** Adds to the demo programme what people and callers leave behind, through the product's own use cases. */
import { randomUUID } from 'node:crypto'
import type { AuditDeps } from '../../server/domains/audits/service.ts'
import { chainMac, sealWaiting } from '../../server/domains/activity-log/sealer.ts'
import {
  answerQuestion,
  attemptAnswered,
  attemptConnected,
  attemptEnded,
  attemptRang,
  nameOutcome,
  recordMissedCall,
  takeNext,
} from '../../server/domains/callbacks/service.ts'
import type { LineEnd } from '../../server/domains/callbacks/outcomes/outcome-rules.ts'
import { endCall, recordArrived, recordStep } from '../../server/domains/calls/service.ts'
import { openCase } from '../../server/domains/cases/service.ts'
import { ingestVoicemail } from '../../server/domains/voicemails/service.ts'
import type { Scope } from '../../server/platform/http/policy.ts'
import { encodeWav, SAMPLE_RATE } from '../simulator/audio/wav.ts'
import { countries } from '../demo/programme.ts'

export const ANSWER_TEXT = 'The foreman asked who had talked to the visitors.'
export const CASE_SUMMARY = 'Asked about the visit by the foreman, in front of others.'
/** One second of a rising tone. */
export const MESSAGE = encodeWav(Int16Array.from({ length: SAMPLE_RATE }, (_, i) => 8_000 * Math.sin((i * i) / 20_000)))

const rungInVain: LineEnd = {
  kind: 'worker',
  hangupCause: 19,
  sipStatus: 480,
  lastDialStatus: 'NOANSWER',
  timedOutByUs: false,
  rang: true,
  hadConversation: false,
}
const hungUpAfterTalking: LineEnd = { ...rungInVain, hangupCause: 16, sipStatus: null, lastDialStatus: 'ANSWER', hadConversation: true }

/** A conversation with answers and a case, a callback rung in vain, a message, a missed call; the activity-log's chain is closed. */
export async function liveIn(deps: AuditDeps): Promise<void> {
  const [first, second] = await agentsOf(deps)
  if (!first || !second) throw new Error('the demo has fewer than two agents')
  await conversation(deps, first)
  await inVain(deps, second)
  await message(deps)
  await missedCall(deps)
  await sealWaiting(deps.db, chainMac(deps.cipher))
}

/** Nothing is dialled. */
const callbackTelephony = { placeCall: async () => {}, hangUpCall: async () => {}, trunkState: () => 'unknown' as const }

async function agentsOf({ db }: AuditDeps): Promise<Scope[]> {
  await db.updateTable('agent').set({ isPhoneReachable: true, status: 'free' }).execute()
  const rows = await db.selectFrom('appUser').select(['id', 'countryIds']).where('role', '=', 'agent').orderBy('email').limit(2).execute()
  return rows.map(({ id, countryIds }) => ({ userId: id, role: 'agent', countryIds, factoryIds: [], clientId: null }))
}

async function conversation(audits: AuditDeps, agent: Scope): Promise<void> {
  const deps = { ...audits, callbackTelephony }
  const { attemptId, callbackId } = await takeNext(deps, { agentUserId: agent.userId })
  const now = () => deps.clock.now()
  await attemptRang(deps, attemptId, now())
  await attemptAnswered(deps, attemptId, now())
  await attemptConnected(deps, attemptId, now())
  const byAgent = { callbackId, agentUserId: agent.userId }
  await answerQuestion(deps, { ...byAgent, questionId: 'safe-to-talk', answer: { choice: 'yes' } })
  await answerQuestion(deps, { ...byAgent, questionId: 'retaliation', answer: { choice: 'yes' } })
  await answerQuestion(deps, { ...byAgent, questionId: 'retaliation-detail', answer: { text: ANSWER_TEXT } })
  await openCase(deps, agent, { callbackId, category: 'retaliation', severity: 'high', workerWish: 'confidential', summary: CASE_SUMMARY })
  await attemptEnded(deps, attemptId, { at: now(), ended: hungUpAfterTalking })
  await nameOutcome(deps, { ...byAgent, named: { outcome: 'complete' } })
}

async function inVain(audits: AuditDeps, agent: Scope): Promise<void> {
  const deps = { ...audits, callbackTelephony }
  const { attemptId } = await takeNext(deps, { agentUserId: agent.userId })
  await attemptRang(deps, attemptId, deps.clock.now())
  await attemptEnded(deps, attemptId, { at: deps.clock.now(), ended: rungInVain })
}

async function message(deps: AuditDeps): Promise<void> {
  const callId = await arrive(deps, '90')
  const languageCode = countries[0]!.languageCodes[0]!
  const at = deps.clock.now()
  await ingestVoicemail(deps, {
    spoolName: `vm-${callId}`,
    callId,
    wav: MESSAGE,
    languageCode,
    leftAt: at,
    durationMs: 1000,
    isCutOff: false,
  })
  await endCall(deps, { callId, at, reason: 'hung-up' })
}

async function missedCall(deps: AuditDeps): Promise<void> {
  const callId = await arrive(deps, '91')
  await recordMissedCall(deps, { callId, at: deps.clock.now() })
  await endCall(deps, { callId, at: deps.clock.now(), reason: 'hung-up' })
}

/** @param ending last two digits of the caller's number */
async function arrive(deps: AuditDeps, ending: string): Promise<string> {
  const { cardDid, workerPrefix } = countries[0]!
  const callId = randomUUID()
  await recordArrived(deps, {
    callId,
    channelId: `inbound-${ending}`,
    direction: 'inbound',
    flow: 'inbound',
    did: cardDid,
    callerE164: workerPrefix + ending,
    startedAt: deps.clock.now(),
    instance: 'ringback-1',
  })
  await recordStep(deps, { callId, sequence: 1, name: 'leave-message', status: 'message', at: deps.clock.now() })
  return callId
}
