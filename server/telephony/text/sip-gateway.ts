/** SIP MESSAGE over the trunk. The carrier's answer is not told by Asterisk, so a text is handed over and no more is known of it. */
import { asSent } from '../../../asterisk-config/carrier-ways.ts'
import { outboundEndpoint } from '../../../asterisk-config/names.ts'
import type { SendResult, TextOrder, TextRoute } from '../../domains/texts/ports.ts'
import { splitForSip } from '../../domains/texts/length-rules.ts'
import { AriError, AriUnreachable } from '../ari/errors.ts'
import type { AriCommands } from '../ari/face.ts'

type SipRoute = Extract<TextRoute, { kind: 'sip' }>

/** Sends what is left of a text, body after body. */
export async function sendBySip(commands: AriCommands, order: TextOrder, route: SipRoute): Promise<SendResult> {
  const bodies = splitForSip(order.body)
  const { id, carrierHost, carrierPort, transport, callingCode, numberFormat } = route.trunk
  const endpoint = outboundEndpoint(id, route.lineKind)
  const host = carrierHost.includes(':') ? `[${carrierHost}]` : carrierHost
  const named = (number: string) => asSent(number, { callingCode, ways: { numberFormat } })
  // Said here too: without it the SIP library would take UDP.
  const by = transport === 'udp' ? '' : `;transport=${transport}`
  for (let partsSent = order.partsSent; partsSent < bodies.length; partsSent++) {
    try {
      await commands.sendText({
        to: `pjsip:${endpoint}/sip:${named(order.toE164)}@${host}:${carrierPort}${by}`,
        from: `sip:${named(order.fromDid)}@${host}`,
        body: bodies[partsSent]!,
      })
    } catch (error) {
      if (!(error instanceof AriError)) throw error
      return ofError(error, partsSent)
    }
  }
  return { kind: 'handed-over', gatewayMessageId: null }
}

/** Without an answer nobody knows whether it went: asking again might send it twice. */
function ofError(error: AriError, partsSent: number): SendResult {
  if (!(error instanceof AriUnreachable)) return { kind: 'later', trouble: 'Asterisk refused the text.', partsSent }
  if (error.kind === 'not-connected') return { kind: 'later', trouble: 'Asterisk is not connected.', partsSent }
  return { kind: 'uncertain', trouble: 'Asterisk did not answer.', partsSent }
}
