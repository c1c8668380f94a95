/** What alerts say, by code, so that a screen can say it in its own language. An alert whose sentence is not here is shown in English. */
import { createSentences } from '../../platform/sentences.ts'

/** Why a trunk takes no calls: said of the trunk, and of each callback that waits for it. */
export const TRUNK_SENTENCES = {
  'trunk-calls': '{calls} calls in an hour; {most} are allowed.',
  'trunk-minutes': '{minutes} minutes today; {most} are allowed.',
  'trunk-dead-numbers': "The carrier called {dead} of the last hour's {all} numbers dead.",
  'trunk-failed': 'The carrier failed three times in a row.',
  'trunk-stopped-by-hand': 'A person stopped it:',
} as const

export const messages = createSentences({
  ...TRUNK_SENTENCES,
  'alert-trunk-paused': 'Calls out over trunk {trunk} are stopped:',
  'alert-heartbeat-stale':
    'Nothing has been done on time for three minutes: callbacks are not offered, overdue ones not closed. Restart the service.',
  'alert-telephony-away': 'The telephone system has been away for a minute: callers only reach its fallback, nobody is called back.',
  'alert-disk-low': 'The disk is filling up: free some room today, before messages have to be cut short.',
  'alert-disk-tight': 'The disk is nearly full: messages must be short, and soon only who called is kept. Free room now.',
  'alert-write-refused':
    'The database refused something of a call. It is kept sealed in the journal\'s folder "refused" and told again at the next start of service {instance}; the log says why.',
  'alert-spool-file-stuck': 'What call {call} left in the spool cannot be taken in: the log says why. The file is kept.',
  'alert-caller-unwritten':
    'Somebody rang or wrote while the disk was full and no service ran: who it was could not be written down. Free room.',
  'alert-outcome-unknown': 'Nobody knows how the last call of {reference} ended: call again or close it.',
  'alert-no-agent':
    'Callbacks in {country} wait for {language}, and nobody on duty there may speak it: give them to somebody on the board.',
  'alert-pin-taken':
    'A PIN that was read out while the database was away belongs to somebody else already: its message can only be read here.',
  'alert-pin-words':
    'Somebody with a PIN wrote more than the PIN, and nobody will call them: read conversation {reference}, and tell whoever has their case.',
  'alert-entries-kept': '{n} workers an auditor took at {factory} ({date}) could not be put on the list: see the visit.',
  'alert-entry-kept': '1 worker an auditor took at {factory} ({date}) could not be put on the list: see the visit.',
  'alert-prompts-unwritten': 'Callers of instance {instance} may hear older prompts: recordings cannot be written to its data folder.',
  'alert-prompt-foreign':
    'The sound of the prompt {prompt} in {language} is missing or cannot be read: a caller heard it in another language ({heard}).',
  'alert-prompt-toned': 'The sound of the prompt {prompt} in {language} is missing or cannot be read: a caller heard only a tone.',
  'alert-prompts-missing':
    'Sounds in {language} are missing or cannot be read: {prompts}. Callers hear another language, or a tone. Record them.',
  'alert-none-certified':
    '{n} in {country} wait for a call from an agent who speaks {language}, and nobody is certified in it: certify somebody.',
  'alert-none-on-shift':
    '{n} in {country} want to be called in {language} between {start} and {end}, and nobody certified in it is on shift then: change a shift.',
  'alert-number-silent': 'The number {number} answers, and nothing is heard: callers reach silence.',
  'alert-number-unclear': 'The number {number} answers, but its greeting is not heard.',
  'alert-number-unanswered': 'The number {number} does not answer when it is called ({cause}).',
  'alert-number-language': 'The number {number} answers in the language {heard} and should answer in {language}.',
  'alert-number-stranger':
    'The number {number} answers, but our own call came in as a stranger: the carrier hides our number or swallows keys. Check it by loop-back.',
  'alert-number-text-lost': 'A text sent to the number {number} did not arrive.',
  'alert-gateway': 'Texts cannot be sent by the gateway "{gateway}":',
})
