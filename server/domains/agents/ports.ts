/** What agents need from telephony; filled in by context.ts. */

export type AgentPhoneFacts = {
  sipUser: string
  /** MD5 of user:realm:password, realm "ringback". */
  sipPasswordDigest: string
}

/** Makes the phone known to Asterisk (pushed again by telephony itself after every reconnect, from agents/service.listPhones). */
export type PushPhone = (phone: AgentPhoneFacts) => Promise<void>
export type RemovePhone = (sipUser: string) => Promise<void>

export type AgentTelephony = { pushPhone: PushPhone; removePhone: RemovePhone }
