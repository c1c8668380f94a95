/** What a look at a trunk means, for whoever has to mend it. */
import type { CarrierAnswer, CarrierReport } from '../ports.ts'

export type TrunkLook = {
  report: CarrierReport
  asterisk: 'reachable' | 'silent' | 'unknown'
  /** False: the carrier is known not to answer questions about its state. */
  answersOptions: boolean
  pausedReason: string | null
  /** The newest call out that the carrier refused before it rang, if no call rang since. */
  lastRefused: { at: Date; sipStatus: number | null } | null
  usage: { callsNow: number; callsLastHour: number; minutesToday: number }
  caps: { maxChannels: number; maxCallsPerHour: number; maxMinutesPerDay: number }
}
export type Finding = {
  check: 'carrier' | 'asterisk' | 'log-in' | 'calls' | 'caps' | 'pause'
  verdict: 'ok' | 'trouble' | 'unknown'
  /** Stable, for other languages; `sentence` says it in English. */
  code: string
  values: Record<string, string | number>
  sentence: string
}

/** In the order in which they are mended: without a carrier nothing else matters. */
export function judgeTrunk(look: TrunkLook): Finding[] {
  return [
    judgeCarrier(look),
    judgeAsterisk(look),
    ...(look.report.login ? [judgeLogin(look.report.login)] : []),
    judgeCalls(look),
    judgeCaps(look),
    ...(look.pausedReason === null ? [] : [say('pause', 'trouble', 'paused', {}, 'Calls out are stopped until a person resumes them.')]),
  ]
}

const NO_ANSWER = {
  silent:
    'The carrier did not answer: a wrong address or port, a firewall between us, or a carrier that answers nobody it does not know. Ask it whether it knows our public address.',
  'no-such-host': 'The carrier’s name leads to no address: check its spelling, and this machine’s name server.',
  closed: 'Somebody is at that address, but nobody listens at that port: check port and transport.',
  unreachable: 'No way leads to the carrier’s address: check this machine’s network.',
  certificate: 'The carrier’s certificate could not be checked: it is not for this name, has expired, or its authority is not known here.',
} as const

function judgeCarrier({ report: { options, login }, answersOptions }: TrunkLook): Finding {
  if (options.kind === 'no-answer') {
    const isExpected = options.because === 'silent' && !answersOptions
    return say('carrier', isExpected ? 'unknown' : 'trouble', `carrier-${options.because}`, {}, NO_ANSWER[options.because])
  }
  const { status, afterMs } = options
  if (status === 403)
    return say(
      'carrier',
      'trouble',
      'carrier-forbids',
      { status },
      'The carrier answered 403: our address is not known to it. Give it this machine’s public address.',
    )
  if (status === 401 || status === 407)
    return login
      ? say(
          'carrier',
          'ok',
          'carrier-asks-login',
          { status },
          `The carrier answered ${status}: it asks for the log-in, which is looked at below.`,
        )
      : say('carrier', 'trouble', 'carrier-wants-login', { status }, `The carrier answered ${status}: it wants a log-in, and none is set.`)
  if (status === 488 || status === 606)
    return say(
      'carrier',
      'trouble',
      'carrier-no-codec',
      { status },
      `The carrier answered ${status}: it takes no codec of ours. Ask it to allow G.711 (PCMA or PCMU).`,
    )
  if (status >= 500)
    return say('carrier', 'trouble', 'carrier-fails', { status }, `The carrier answered ${status}: it is there, and out of order.`)
  return say(
    'carrier',
    'ok',
    'carrier-answers',
    { status, ms: afterMs },
    `The carrier answered ${status} after ${afterMs} ms: it is there.`,
  )
}

function judgeAsterisk({ asterisk, answersOptions }: TrunkLook): Finding {
  switch (asterisk) {
    case 'reachable':
      return answersOptions
        ? say('asterisk', 'ok', 'asterisk-reaches', {}, 'Asterisk’s own questions, every 30 seconds, are answered.')
        : say('asterisk', 'unknown', 'asterisk-not-asking', {}, 'Asterisk does not ask this carrier for its state, as set.')
    case 'silent':
      return say(
        'asterisk',
        'trouble',
        'asterisk-hears-nothing',
        {},
        'Asterisk’s own questions are not answered. If the carrier answered above, it does not know Asterisk’s address or port.',
      )
    case 'unknown':
      return say(
        'asterisk',
        'unknown',
        'asterisk-unknown',
        {},
        'Asterisk is away, or has not been told of this trunk: its configuration must be written again.',
      )
  }
}

function judgeLogin(login: CarrierAnswer): Finding {
  if (login.kind === 'no-answer')
    return say('log-in', 'unknown', 'login-unanswered', {}, 'The carrier did not answer the question about the log-in.')
  const { status } = login
  if (status < 300) return say('log-in', 'ok', 'login-taken', { status }, 'The carrier takes the log-in.')
  if (status === 404)
    return say('log-in', 'trouble', 'login-unknown-user', { status }, 'The carrier answered 404: it does not know this user.')
  if (status === 401 || status === 403 || status === 407)
    return say(
      'log-in',
      'trouble',
      'login-refused',
      { status },
      `The carrier refused the log-in (${status}): user or password is wrong, or our address is not allowed.`,
    )
  return say('log-in', 'trouble', 'login-failed', { status }, `The carrier answered the log-in with ${status}.`)
}

function judgeCalls({ lastRefused }: TrunkLook): Finding {
  if (!lastRefused) return say('calls', 'ok', 'calls-pass', {}, 'No call out was refused by the carrier since one last rang.')
  const { at } = lastRefused
  // "100 Trying" and then nothing more is no answer.
  const sipStatus = lastRefused.sipStatus !== null && lastRefused.sipStatus < 200 ? null : lastRefused.sipStatus
  const values = { at: at.toISOString(), status: sipStatus ?? 0 }
  switch (sipStatus) {
    case null:
      return say('calls', 'trouble', 'call-never-left', values, 'The last call out got no answer from the carrier.')
    case 401:
    case 403:
    case 407:
      return say(
        'calls',
        'trouble',
        'call-forbidden',
        values,
        `The last call out was answered ${sipStatus}: the carrier does not know our address, or does not let us show this number.`,
      )
    case 488:
    case 606:
      return say(
        'calls',
        'trouble',
        'call-no-codec',
        values,
        `The last call out was answered ${sipStatus}: no common codec. Ask the carrier to allow G.711 (PCMA or PCMU), and compare the encryption of the audio.`,
      )
    case 503:
      return say('calls', 'trouble', 'call-no-line', values, 'The last call out was answered 503: the carrier had no free line.')
    default:
      return say('calls', 'trouble', 'call-failed', values, `The last call out was answered ${sipStatus} before it rang.`)
  }
}

function judgeCaps({ usage, caps }: TrunkLook): Finding {
  const values = {
    calls: usage.callsNow,
    channels: caps.maxChannels,
    hour: usage.callsLastHour,
    mostHour: caps.maxCallsPerHour,
    minutes: Math.floor(usage.minutesToday),
    mostMinutes: caps.maxMinutesPerDay,
  }
  const isFull =
    usage.callsNow >= caps.maxChannels || usage.callsLastHour >= caps.maxCallsPerHour || usage.minutesToday >= caps.maxMinutesPerDay
  const sentence = `${values.calls} of ${values.channels} channels in use, ${values.hour} of ${values.mostHour} calls in the last hour, ${values.minutes} of ${values.mostMinutes} minutes today.`
  return say('caps', isFull ? 'trouble' : 'ok', isFull ? 'caps-reached' : 'caps-kept', values, sentence)
}

function say(check: Finding['check'], verdict: Finding['verdict'], code: string, values: Finding['values'], sentence: string): Finding {
  return { check, verdict, code, values, sentence }
}
