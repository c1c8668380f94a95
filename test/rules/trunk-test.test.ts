import { expect, test } from 'vitest'
import { judgeTrunk, type TrunkLook } from '../../server/domains/callbacks/trunk-test/rules.ts'

const WELL: TrunkLook = {
  report: { options: { kind: 'answer', status: 200, afterMs: 12 }, login: null },
  asterisk: 'reachable',
  answersOptions: true,
  pausedReason: null,
  lastRefused: null,
  usage: { callsNow: 2, callsLastHour: 40, minutesToday: 61.7 },
  caps: { maxChannels: 30, maxCallsPerHour: 600, maxMinutesPerDay: 3000 },
}
const codes = (look: Partial<TrunkLook>) =>
  judgeTrunk({ ...WELL, ...look })
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ code, verdict }) => `${verdict} ${code}`)

test('a trunk that answers, calls and keeps its caps is well', () => {
  expect(codes({})).toEqual([])
})

test.each<[Partial<TrunkLook>, string[]]>([
  [{ lastRefused: { at: new Date(0), sipStatus: 403 } }, ['trouble call-forbidden']],
  [{ lastRefused: { at: new Date(0), sipStatus: 488 } }, ['trouble call-no-codec']],
  [{ lastRefused: { at: new Date(0), sipStatus: 503 } }, ['trouble call-no-line']],
  [{ lastRefused: { at: new Date(0), sipStatus: null } }, ['trouble call-never-left']],
  [{ lastRefused: { at: new Date(0), sipStatus: 100 } }, ['trouble call-never-left']],
  [{ asterisk: 'silent' }, ['trouble asterisk-hears-nothing']],
  [{ asterisk: 'unknown' }, ['unknown asterisk-unknown']],
  [
    { answersOptions: false, report: { options: { kind: 'no-answer', because: 'silent' }, login: null } },
    ['unknown carrier-silent', 'unknown asterisk-not-asking'],
  ],
  [
    { report: { options: { kind: 'answer', status: 401, afterMs: 1 }, login: { kind: 'answer', status: 401, afterMs: 1 } } },
    ['trouble login-refused'],
  ],
  [{ usage: { ...WELL.usage, callsNow: 30 } }, ['trouble caps-reached']],
  [{ pausedReason: 'stopped' }, ['trouble paused']],
])('what is wrong is named (%#)', (look, expected) => {
  expect(codes(look)).toEqual(expected)
})
