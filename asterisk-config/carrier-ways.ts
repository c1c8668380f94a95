/** How carriers differ: transport, log-in, the form of numbers, who we say we are. */
import { isIP } from 'node:net'
import type { Scope } from './template.ts'

export interface CarrierWays {
  /** `udp` when not given. TLS needs `AsteriskConfigInput.tls`. */
  transport?: Transport
  /** SRTP by keys in the SDP: `offered` falls back to plain audio, `required` does not. `none` when not given. */
  mediaEncryption?: 'none' | 'offered' | 'required'
  /** We log in at the carrier, and answer when it asks who we are. */
  registration?: { user: string; password: string }
  /** How numbers are sent: `+8801…`, `8801…`, or as dialled inside the country, `01…`. `e164` when not given. */
  numberFormat?: NumberFormat
  /** Digits before each number that is dialled, such as a customer's code; none when not given. */
  dialPrefix?: string
  /** A header that names our number besides From; none when not given. */
  identityHeader?: IdentityHeader
  /** RFC 4028: `accept` when not given; `require` for carriers that drop calls without it, `off` for those that cannot. */
  sessionTimers?: 'off' | 'accept' | 'require'
  /** False for a carrier that answers no OPTIONS: then its state is not known. True when not given. */
  answersOptions?: boolean
  /** Further addresses its calls come from. */
  furtherSources?: readonly string[]
}

export type IdentityHeader = (typeof IDENTITY_HEADERS)[number]
type Transport = 'udp' | 'tcp' | 'tls'
type NumberFormat = 'e164' | 'digits' | 'national'

type Trunk = { id: string; carrierHost: string; callingCode?: string; ways?: CarrierWays }
type Check = (name: string, isGood: boolean, wanted: string) => void

// Nothing that starts a comment, continues a line or is the template's own.
const PASSWORD = /^(?=.{8,128}$)[!-:<-[\]-z|~]+$/
const IDENTITY_HEADERS = ['P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID'] as const
const SESSION_TIMERS = { off: 'no', accept: 'yes', require: 'required' } as const
const QUALIFY_SECONDS = 30

/** Calls `check` with each setting, whether it can be written as it is, and what it must be. */
export function checkWays({ ways = {}, callingCode }: Trunk, hasTls: boolean, check: Check): void {
  const { transport = 'udp', mediaEncryption = 'none', registration, numberFormat = 'e164', dialPrefix = '', identityHeader } = ways
  check('transport', ['udp', 'tcp', 'tls'].includes(transport), 'udp, tcp or tls')
  check('transport', transport !== 'tls' || hasTls, 'udp or tcp, unless the certificate files are given')
  check('mediaEncryption', ['none', 'offered', 'required'].includes(mediaEncryption), 'none, offered or required')
  if (registration) {
    check('registration.user', /^[A-Za-z0-9+_.-]{1,64}$/.test(registration.user), 'letters, digits and +_.-')
    check('registration.password', PASSWORD.test(registration.password), '8 to 128 printable signs, none of them ; { } or a backslash')
  }
  check('callingCode', callingCode === undefined || /^[1-9][0-9]{0,2}$/.test(callingCode), 'one to three digits')
  check('numberFormat', ['e164', 'digits', 'national'].includes(numberFormat), 'e164, digits or national')
  check('callingCode', numberFormat !== 'national' || callingCode !== undefined, 'given where numbers are national')
  check('dialPrefix', /^[0-9]{0,10}$/.test(dialPrefix), 'ten digits at most')
  check('dialPrefix', dialPrefix === '' || numberFormat !== 'e164', 'empty where numbers begin with +')
  check('identityHeader', identityHeader === undefined || IDENTITY_HEADERS.includes(identityHeader), IDENTITY_HEADERS.join(' or '))
  check('sessionTimers', (ways.sessionTimers ?? 'accept') in SESSION_TIMERS, 'off, accept or require')
  for (const source of ways.furtherSources ?? []) check('furtherSources', isIP(source) > 0, 'IP addresses')
}

/** What the templates name of a carrier's ways. */
export function waysScope({ id, ways = {}, callingCode = '' }: Trunk): Scope {
  const { transport = 'udp', mediaEncryption = 'none', registration, numberFormat = 'e164', sessionTimers = 'accept' } = ways
  const named = { transport }
  return {
    transport,
    // Said in the address too: without it the SIP library would choose by itself, and take UDP.
    udpContacts: transport === 'udp' ? [{}] : [],
    streamContacts: transport === 'udp' ? [] : [named],
    mediaEncryption: mediaEncryption === 'none' ? 'no' : 'sdes',
    isEncryptionOptional: mediaEncryption === 'offered' ? 'yes' : 'no',
    registrations: registration
      ? [{ auth: `auth-${id}`, registrationUser: registration.user, registrationPassword: registration.password }]
      : [],
    // Of a number in E.164: how many signs are left out at its front, and what is put there.
    dialStrip: numberFormat === 'e164' ? 0 : numberFormat === 'digits' ? 1 : 1 + callingCode.length,
    dialPrefix: (ways.dialPrefix ?? '') + (numberFormat === 'national' ? '0' : ''),
    timers: SESSION_TIMERS[sessionTimers],
    qualifySeconds: ways.answersOptions === false ? 0 : QUALIFY_SECONDS,
    furtherSources: (ways.furtherSources ?? []).map((source) => ({ source })),
  }
}

/** Our own number in the form this carrier wants, for From and the identity header. @param did E.164 */
export function asSent(did: string, { ways = {}, callingCode = '' }: Pick<Trunk, 'ways' | 'callingCode'>): string {
  switch (ways.numberFormat ?? 'e164') {
    case 'e164':
      return did
    case 'digits':
      return did.slice(1)
    case 'national':
      return `0${did.slice(1 + callingCode.length)}`
  }
}

/** Every form in which a carrier may name one of our numbers, each once. @param did E.164 */
export function namesOf(did: string, callingCode: string | undefined): string[] {
  const inside = callingCode !== undefined && did.startsWith(`+${callingCode}`) ? did.slice(1 + callingCode.length) : undefined
  return [did.slice(1), ...(inside === undefined ? [] : [`0${inside}`, inside])]
}
