/**
 * Whether promised callbacks can be kept: who asks for which hours, in which language, against who is certified, on shift, and what
 * the trunk carries. A run through the days in steps of one callback, as a careful dispatcher would: whoever's hours end first is
 * called first, by the agent who speaks the fewest languages. It counts on everybody answering, so it errs on the full side.
 */
import { MINUTE } from '../../../platform/time/duration.ts'
import { addLocalDays, type LocalDate, localDate } from '../../../platform/time/local.ts'
import { type ShiftPlan, shiftIntervals } from '../../agents/shift-rules.ts'
import { type CallingHours, contains, type Interval, overlap } from '../../countries/hours-rules.ts'
import type { Slot } from '../contract.ts'
import { allowedOn } from './slot-rules.ts'

/** A conversation with its questionnaire, the ringing before and the wrap-up after it. */
export const MINUTES_PER_CALLBACK = 15
const STEP_MS = MINUTES_PER_CALLBACK * MINUTE

/** So many callbacks of one language and one wish. @property slot null: whenever the country is open */
export type Demand = { languageCode: string; slot: Slot | null; timeZone: string; dueAt: Date; count: number }
export type FitAgent = { userId: string; languageCodes: readonly string[]; plan: ShiftPlan | undefined }
export type FitInput = {
  wanted: readonly Demand[]
  /** Promised already: they come first where time is short. */
  others: readonly Demand[]
  agents: readonly FitAgent[]
  hours: CallingHours
  trunk: { maxChannels: number; maxCallsPerHour: number }
}

/** Why some do not fit, the first that holds; null when all do. */
export type MissReason = 'no-agent' | 'no-shift' | 'too-few-channels' | 'too-few-agents'
/** The callbacks of a language and a slot on one day. @property agents certified and on shift some time in it */
export type FitGroup = Demand & {
  date: LocalDate
  fits: number
  agents: number
  reason: MissReason | null
  /** How many more agents on shift, or channels, all of them would take; 0 when all fit. */
  moreNeeded: number
}

type Job = Demand & { isWanted: boolean; left: number; intervals: Interval[]; endsMs: number; speakers: number; wasCapped: boolean }

/** One group for each of what is wanted, those that do not fit first, then by time. */
export function fitCallbacks(input: FitInput): FitGroup[] {
  const jobs = [...input.others.map((demand) => jobOf(demand, input, false)), ...input.wanted.map((demand) => jobOf(demand, input, true))]
  const shifts = shiftsOf(input, jobs)
  for (const step of stepsOf(jobs)) serve(input, jobs, shifts, step)
  return jobs
    .filter(({ isWanted }) => isWanted)
    .map((job) => toGroup(job, input, shifts))
    .toSorted((a, b) => Number(b.reason !== null) - Number(a.reason !== null) || a.dueAt.getTime() - b.dueAt.getTime())
}

/** Whether anybody could ever take this: an agent certified in the language, on shift within its hours in the coming days. */
export function isCovered(
  demand: Omit<Demand, 'count'>,
  { agents, hours, now }: Pick<FitInput, 'agents' | 'hours'> & { now: Date },
): 'covered' | Extract<MissReason, 'no-agent' | 'no-shift'> {
  const speakers = agents.filter(({ languageCodes }) => languageCodes.includes(demand.languageCode))
  if (!speakers.length) return 'no-agent'
  const from = demand.dueAt > now ? demand.dueAt : now
  const first = localDate(from, demand.timeZone)
  for (let day = 0; day < LOOK_AHEAD_DAYS; day++) {
    const open = allowedOn({ ...demand, hours }, addLocalDays(first, day)).filter(({ end }) => end > from)
    if (open.some((interval) => speakers.some(({ plan }) => works(plan, hours, interval)))) return 'covered'
  }
  return 'no-shift'
}

/** A week with each weekday twice: a slot on Sundays is looked at on two. */
const LOOK_AHEAD_DAYS = 14

function jobOf(demand: Demand, { hours, agents }: FitInput, isWanted: boolean): Job {
  const speakers = agents.filter(({ languageCodes }) => languageCodes.includes(demand.languageCode)).length
  const zone = demand.slot ? demand.timeZone : hours.timeZone
  const intervals = allowedOn({ ...demand, hours }, localDate(demand.dueAt, zone)).flatMap(
    (interval) => overlap(interval, { start: demand.dueAt, end: interval.end }) ?? [],
  )
  return { ...demand, isWanted, left: demand.count, intervals, speakers, endsMs: intervals.at(-1)?.end.getTime() ?? 0, wasCapped: false }
}

type Shifts = ReadonlyMap<FitAgent, readonly Interval[]>

function shiftsOf({ agents, hours }: FitInput, jobs: readonly Job[]): Shifts {
  const days = new Set(jobs.flatMap(({ intervals }) => intervals.map(({ start }) => localDate(start, hours.timeZone))))
  return new Map(agents.map((agent) => [agent, [...days].flatMap((day) => shiftIntervals(agent.plan, day, hours))]))
}

/** The quarters of an hour in which anybody may be called. */
function stepsOf(jobs: readonly Job[]): number[] {
  const steps = new Set<number>()
  for (const { intervals } of jobs)
    for (const { start, end } of intervals)
      for (let ms = Math.ceil(start.getTime() / STEP_MS) * STEP_MS; ms < end.getTime(); ms += STEP_MS) steps.add(ms)
  return [...steps].toSorted((a, b) => a - b)
}

function serve({ agents, trunk }: FitInput, jobs: Job[], shifts: Shifts, stepMs: number): void {
  const step = new Date(stepMs)
  const open = jobs
    .filter(({ left, intervals }) => left > 0 && intervals.some((interval) => contains(interval, step)))
    // Of two that end together, the one whose language fewer speak: the other may find somebody else.
    .toSorted((a, b) => a.endsMs - b.endsMs || a.speakers - b.speakers || Number(a.isWanted) - Number(b.isWanted))
  const present = agents
    .filter((agent) => shifts.get(agent)!.some((interval) => contains(interval, step)))
    .toSorted((a, b) => a.languageCodes.length - b.languageCodes.length)
  let lines = Math.min(trunk.maxChannels, Math.max(1, Math.floor((trunk.maxCallsPerHour * MINUTES_PER_CALLBACK) / 60)))
  for (const { languageCodes } of present) {
    const job = open.find(({ left, languageCode }) => left > 0 && languageCodes.includes(languageCode))
    if (!job) continue
    if (lines === 0) job.wasCapped = true
    else {
      job.left -= 1
      lines -= 1
    }
  }
}

function toGroup(
  { isWanted: _, left, intervals, endsMs: __, speakers: ___, wasCapped, ...demand }: Job,
  { agents }: FitInput,
  shifts: Shifts,
): FitGroup {
  const speakers = agents.filter(({ languageCodes }) => languageCodes.includes(demand.languageCode))
  const onShift = speakers.filter((agent) => shifts.get(agent)!.some((shift) => intervals.some((interval) => overlap(shift, interval))))
  const minutes = intervals.reduce((sum, { start, end }) => sum + (end.getTime() - start.getTime()) / MINUTE, 0)
  const each = Math.max(1, Math.floor(minutes / MINUTES_PER_CALLBACK))
  const reason: MissReason | null =
    left === 0 ? null : !speakers.length ? 'no-agent' : !onShift.length ? 'no-shift' : wasCapped ? 'too-few-channels' : 'too-few-agents'
  const date = localDate(demand.dueAt, demand.timeZone)
  return { ...demand, date, fits: demand.count - left, agents: onShift.length, reason, moreNeeded: Math.ceil(left / each) }
}

function works(plan: ShiftPlan | undefined, hours: CallingHours, interval: Interval): boolean {
  const days = new Set([interval.start, interval.end].map((instant) => localDate(instant, hours.timeZone)))
  return [...days].some((day) => shiftIntervals(plan, day, hours).some((shift) => overlap(shift, interval)))
}
