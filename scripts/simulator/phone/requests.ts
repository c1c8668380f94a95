import { answerChallenge, type Credentials } from './digest.ts'
import type { Dialog } from './dialog.ts'
import type { SipHeaders, SipResponse } from './sip-message.ts'
import type { Transactions } from './transactions.ts'

/** A request outside a call (REGISTER, MESSAGE, OPTIONS). */
export type PlainRequest = { method: string; extra: SipHeaders; body: string; credentials: Credentials | undefined }

/** Sends it, once more with digest when the far end asks for that, and resolves with the final reply. */
export async function sendWithDigest(transactions: Transactions, dialog: Dialog, request: PlainRequest): Promise<SipResponse> {
  const { method, extra, body, credentials } = request
  const first = dialog.request(method, extra, body)
  const reply = await transactions.start(first, dialog.peer).final
  const isChallenge = reply.status === 401 || reply.status === 407
  const answer = isChallenge && credentials && answerChallenge(reply, first, credentials)
  return answer ? transactions.start(dialog.request(method, [...extra, answer], body), dialog.peer).final : reply
}
