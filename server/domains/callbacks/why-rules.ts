/** Every sentence that is said of a callback: why it may ring or not, why it was moved, held or closed. */
import { createSentences } from '../../platform/sentences.ts'
import { localDate, localTime } from '../../platform/time/local.ts'
import { TRUNK_SENTENCES } from '../alerts/message-rules.ts'

const again = 'again from {at} ({zone}).'

/** Why it may not ring now, or what is being done with it. */
const NOW = {
  'may-call': 'May be called now; due since {at} ({zone}).',
  due: 'Due {at} ({zone}).',
  offered: 'Offered to an agent, who has not answered yet.',
  'planned-for': 'Planned for {at} ({zone}).',
  'agent-rung': "The agent's phone is being rung.",
  'worker-rung': "The worker's phone is ringing.",
  talking: 'In conversation.',
  'wrap-up': 'The conversation is over; the agent is naming the outcome.',
  done: 'Done.',
  closed: 'Closed.',
  'number-busy': 'A call to this number is going on.',
  'assigned-to': 'Assigned to {agent} until {at} ({zone}).',
  'with-interpreter': 'With {interpreter} as interpreter.',
  'interpreter-not-ready': 'The interpreter is not free, or their phone is away.',
  'agent-took-another': 'The agent took another call.',
  'outside-hours': `Outside the worker's hours; ${again}`,
  'country-closed': `{country} is closed; ${again}`,
  'rung-twice': `This number was rung twice in vain today; ${again}`,
  'rung-lately': `This number was rung in vain less than 90 minutes ago; ${again}`,
  'trunk-paused': 'The trunk is paused:',
  'trunk-was-paused': 'The trunk was paused:',
  'trunk-full': 'All {channels} channels of the trunk are in use.',
} as const

/** Why only a supervisor may go on. */
const HELD = {
  'supervisor-holds': 'A supervisor holds it:',
  'outcome-unknown': 'How the last try ended is unknown; a supervisor decides whether to call again.',
  'outcome-unnamed': 'There was a conversation, but the agent named no outcome; a supervisor decides.',
  'no-time-named': 'The worker named no time; a supervisor decides.',
  'rang-after-refusal': 'This number asked not to be called, and has rung us since; a supervisor decides.',
  'wrote-pin': 'They wrote ten digits that may be a mistyped PIN, perhaps from a phone that is not theirs; a supervisor decides.',
  'never-open-decide': 'The country has no open day; a supervisor decides.',
  'never-open': '{country} may be called from {opens} to {closes} ({zone}); the hours asked for, {start} to {end}, never fall into them.',
  'no-open-day': '{country} has no open day.',
  'later-wants-other': 'A later call from this number asked to be called on another number; a supervisor decides.',
  'later-wants-none': 'A later call from this number asked not to be called; a supervisor decides.',
  'number-withheld': 'The worker withheld their number.',
  'number-not-international': 'The number is not in international form.',
  'number-of-no-country': 'The number belongs to no country.',
  'number-elsewhere': 'The number is not one of {trunkCountry}.',
  'number-not-existing': "The number does not exist in {trunkCountry}'s numbering plan.",
  'number-not-ordinary': 'The number is not an ordinary mobile or fixed line.',
} as const

/** Why no more tries are made. */
const CLOSED = {
  'asked-not': 'This worker asked not to be called.',
  'asked-earlier-not': 'This number asked earlier not to be called.',
  'wrote-not': 'They wrote that they do not want to be called.',
  refused: 'The worker does not want to be called.',
  'attempts-used': 'All {max} attempts are used.',
  'attempts-used-last': 'All {max} attempts are used; the last one: {outcome}.',
  'last-day-passed': 'The last day for this callback has passed.',
  'last-day-passes': 'The last day for this callback, {date}, passes without another try; the last one: {outcome}.',
  'someone-else-twice': 'Someone else answered twice.',
  'dead-twice': 'The number did not exist on two days.',
  'closes-after-times': 'This country tries no more after "{outcome}" (times: {times}).',
  'closes-after-days': 'This country tries no more after "{outcome}" (different days: {times}).',
  'cannot-be-called': 'The worker withheld their number and cannot be called back.',
  'wants-other': 'The caller asked to be called on another number.',
  'wants-none': 'The caller asked not to be called.',
} as const

/** Why it is planned for another time than was asked for. */
const PLANNED = {
  'worker-named-time': 'The worker named this time.',
  'supervisor-named-time': 'A supervisor named this time.',
  'rang-again': 'Called back within the last {minutes} minutes already, and rang again.',
  'date-not-between': 'The date asked for, {date}, is not between {first} and {last}.',
  'starts-late': 'Calls to {country} start at {time} ({zone}), later than the {asked} asked for.',
  'time-had-passed': 'The time asked for on {date} had passed; planned for {moved}.',
  'day-closed': '{date} is a closed day in {country}; moved to {moved}.',
  'day-holiday': '{date} is a holiday in {country} ({holiday}); moved to {moved}.',
  'hours-outside': 'On {date} the hours asked for lie outside the hours in which {country} may be called; moved to {moved}.',
} as const

export const why = createSentences({ ...TRUNK_SENTENCES, ...NOW, ...HELD, ...CLOSED, ...PLANNED })

/** An instant as the sentences say it: wall time "2026-12-06 09:00" and its zone. */
export const atOf = (instant: Date, zone: string) => ({ at: `${localDate(instant, zone)} ${localTime(instant, zone)}`, zone })
