import type { CallHandler } from './behaviours.ts'
import { CallNotAnswered } from './call.ts'
import type { Phone } from './phone.ts'

/*
 * What a carrier's exchange does when one of its customer's numbers calls, or texts, another: it comes back to the customer.
 */

/**
 * A handler for phone.onCall(...): a call of the carrier's own to the same number, showing the same caller, and both joined.
 * @param customer 'host:port' of the customer's SIP
 */
export function callsBack(phone: Phone, customer: string): CallHandler {
  return async (call) => {
    const onward = phone.call(`sip:${call.calledNumber.replace('+', '')}@${customer}`, { from: call.callerNumber })
    void call.ended.then(() => onward.hangUp())
    void onward.ended.then(({ status, q850 }) => (call.isAnswered ? void call.hangUp() : call.reject(status, q850)))
    try {
      await onward.answered
    } catch (error) {
      if (!(error instanceof CallNotAnswered)) throw error
      return
    }
    await call.answer()
    call.joinWith(onward)
  }
}

/** Delivers a text to the customer's number it is for. @returns the status of the delivery */
export async function textsBack(phone: Phone, customer: string, text: { from: string; to: string; body: string }): Promise<number> {
  const user = (uri: string) => /^sips?:([^@]*)@/.exec(uri)?.[1] ?? ''
  const { status } = await phone.sendMessage(`sip:${user(text.to).replace('+', '')}@${customer}`, text.body, { from: user(text.from) })
  return status
}
