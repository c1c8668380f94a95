/**
 * Sends what waits in the database, whoever put it there: at once when told, and when the next try is due. Texts go in lanes; a
 * gateway that lets us wait has two of them at most, so that the others' texts still go.
 */
import type { SendResult, TextOrder } from '../../domains/texts/ports.ts'
import { isDatabaseAway } from '../../platform/db/errors.ts'
import { MINUTE } from '../../platform/time/duration.ts'
import type { AriCommands, Log } from '../ari/face.ts'
import { startTimer } from '../runtime/timers.ts'
import type { HttpGateway } from './http-gateway.ts'
import { sendBySip } from './sip-gateway.ts'

export type SenderServices = {
  /** Nothing of the busy gateways. */
  claimText: (busyGatewayIds: readonly string[]) => Promise<TextOrder | undefined>
  msUntilDue: (busyGatewayIds: readonly string[]) => Promise<number | undefined>
  recordSendResult: (order: TextOrder, result: SendResult) => Promise<void>
}
export type TextSender = {
  sendText(order: TextOrder): Promise<SendResult>
  /** There may be something to send. */
  wake(): void
  /** Waits for what is being sent. */
  stop(): Promise<void>
}

const LANES = 12
const LANES_OF_ONE_GATEWAY = 2

export function createTextSender({
  commands,
  http,
  services,
  log,
}: {
  commands: AriCommands
  http: HttpGateway
  services: SenderServices
  log: Pick<Log, 'info' | 'warn'>
}): TextSender {
  const lanes = new Set<Promise<void>>()
  const sending: TextOrder[] = []
  let claiming: Promise<unknown> = Promise.resolve()
  let isStopped = false
  let stopTimer = () => {}

  const sendText = (order: TextOrder): Promise<SendResult> => {
    const { route } = order
    return route.kind === 'sip' ? sendBySip(commands, order, route) : http.send(order, route)
  }
  const busy = () => busyGateways(sending)
  /** One after the other: each must know what the one before it took. */
  const claim = (): Promise<TextOrder | undefined> => {
    const next = claiming.then(async () => {
      const order = isStopped ? undefined : await services.claimText(busy())
      if (order) sending.push(order)
      return order
    })
    claiming = next.catch(() => undefined)
    return next
  }
  const lane = async () => {
    for (let order = await claim(); order; order = await claim()) {
      // Where there was one there may be another.
      wake()
      try {
        const result = await sendText(order)
        await services.recordSendResult(order, result)
        log.info({ textId: order.textId, via: order.route.kind, result: result.kind, tries: order.tries }, 'text sent')
      } finally {
        sending.splice(sending.indexOf(order), 1)
      }
    }
    wakeIn(Math.min((await services.msUntilDue(busy())) ?? MINUTE, MINUTE))
  }
  const wakeIn = (ms: number) => {
    stopTimer()
    if (!isStopped) stopTimer = startTimer(ms, wake)
  }
  const wake = () => {
    if (isStopped || lanes.size >= LANES) return
    const running = lane()
      .catch((error: unknown) => {
        if (!isDatabaseAway(error)) log.warn({ err: error }, 'texts could not be sent')
        wakeIn(MINUTE)
      })
      .finally(() => lanes.delete(running))
    lanes.add(running)
  }
  return {
    sendText,
    wake,
    stop: async () => {
      isStopped = true
      stopTimer()
      while (lanes.size) await Promise.all(lanes)
      await http.close()
    },
  }
}

function busyGateways(sending: readonly TextOrder[]): string[] {
  const ids = sending.flatMap(({ route }) => (route.kind === 'http' ? [route.gatewayId] : []))
  return [...new Set(ids)].filter((id) => ids.filter((other) => other === id).length >= LANES_OF_ONE_GATEWAY)
}
