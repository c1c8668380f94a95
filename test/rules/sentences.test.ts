import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { messages } from '../../server/domains/alerts/message-rules.ts'
import { why } from '../../server/domains/callbacks/why-rules.ts'
import { checkLimits } from '../../server/domains/countries/trunk-rules.ts'
import { closedBecause } from '../../server/domains/countries/hours-rules.ts'
import { mayDial } from '../../server/domains/workers/rules.ts'
import { createSentences } from '../../server/platform/sentences.ts'

/** What parameters are made of: words, times, zones, names. Never an end of a sentence. */
const value = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9/:'-]{0,8}( [A-Za-z0-9:'-]{1,8}){0,2}$/)

function namesIn(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
}

describe.each([
  ['callbacks', why],
  ['alerts', messages],
] as const)('the sentences of %s', (_, sentences) => {
  const say = sentences.say as (code: string, params: Record<string, string>) => string

  it.each(Object.entries(sentences.templates))('%s is read back with what filled it in, alone and before another', (code, template) => {
    fc.assert(
      fc.property(fc.record(Object.fromEntries(namesIn(template).map((name) => [name, value]))), (params) => {
        const text = say(code, params)
        expect(sentences.read(text)).toEqual([{ code, params, text }])
        expect(sentences.read(`${text} Ask Mary.`)).toEqual([
          { code, params, text },
          { code: 'words', params: {}, text: 'Ask Mary.' },
        ])
      }),
      { numRuns: 40 },
    )
  })
})

describe('what a person wrote', () => {
  it('is kept as their words', () => {
    expect(why.read('Moved to another town.')).toEqual([{ code: 'words', params: {}, text: 'Moved to another town.' }])
    expect(why.read(' ')).toEqual([])
  })

  it('does not swallow the sentence before it', () => {
    const { read } = createSentences({ closed: '{who} is closed.', holiday: '{day} is a holiday in {who} ({name}).' })
    expect(read('Friday is closed. X is a holiday in Y (Z).').map(({ code }) => code)).toEqual(['closed', 'holiday'])
  })
})

describe('sentences made elsewhere are known', () => {
  const codesOf = (text: string) => why.read(text).map(({ code }) => code)

  it('why a number may not be dialled', () => {
    const reasons = ['0123', '+8816123456', '+84912345678', '+88011', '+8809612345678'].flatMap((number) => {
      const decision = mayDial('BD', number)
      return decision.kind === 'refused' ? [decision.reason] : []
    })
    expect(reasons.length).toBeGreaterThan(3)
    expect(reasons.flatMap(codesOf)).not.toContain('words')
  })

  it('why a trunk takes no call', () => {
    const limits = { pausedReason: null, resumesAt: null, maxChannels: 2, maxCallsPerHour: 10, maxMinutesPerDay: 10 }
    const reason = (change: object, used: object) => {
      const usage = { callsNow: 0, callsLastHour: 0, minutesToday: 0, ...used }
      return (checkLimits({ ...limits, ...change }, usage, new Date(0)) as { reason: string }).reason
    }
    const calls = reason({}, { callsLastHour: 10 })
    expect(codesOf(calls)).toEqual(['trunk-calls'])
    expect(codesOf(reason({}, { minutesToday: 11 }))).toEqual(['trunk-minutes'])
    expect(codesOf(reason({}, { callsNow: 2 }))).toEqual(['trunk-full'])
    expect(codesOf(reason({ pausedReason: calls }, {}))).toEqual(['trunk-paused', 'trunk-calls'])
  })

  it('why a day is closed', () => {
    const hours = { countryName: 'Bangladesh', timeZone: 'Asia/Dhaka', opensAtLocal: '09:00', closesAtLocal: '21:00', openWeekdays: [1] }
    const of = (holidays: [string, string][]) => closedBecause({ ...hours, holidays: new Map(holidays) }, '2026-12-16')
    expect(codesOf(`2026-12-16 is ${of([])}; moved to 2026-12-17.`)).toEqual(['day-closed'])
    expect(codesOf(`2026-12-16 is ${of([['2026-12-16', 'Victory Day']])}; moved to 2026-12-17.`)).toEqual(['day-holiday'])
  })
})
