/** Sends what waits in the database, whoever put it there: at once when told, and when the next try is due. */
import type { SendResult, TextOrder } from '../../domains/texts/ports.ts'
import { isDatabaseAway } from '../../platform/db/errors.ts'
import { MINUTE } from '../../platform/time/duration.ts'
import type { AriCommands, Log } from '../ari/face.ts'
import { startTimer } from '../runtime/timers.ts'
import type { HttpGateway } from './http-gateway.ts'
import { sendBySip } from './sip-gateway.ts'

export type SenderServices = {
  claimText: () => Promise<TextOrder | undefined>
  msUntilDue: () => Promise<number | undefined>
  recordSendResult: (order: TextOrder, result: SendResult) => Promise<void>
}
export type TextSender = {
  sendText(order: TextOrder): Promise<SendResult>
  /** There may be something to send. */
  wake(): void
  /** Waits for what is being sent. */
  stop(): Promise<void>
}

/** One slow gateway must not keep the others waiting. */
const AT_ONCE = 4

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
  let running: Promise<void> | undefined
  let isAskedAgain = false
  let isStopped = false
  let stopTimer = () => {}

  const sendText = (order: TextOrder): Promise<SendResult> => {
    const { route } = order
    return route.kind === 'sip' ? sendBySip(commands, order, route) : http.send(order, route)
  }
  const lane = async () => {
    while (!isStopped) {
      const order = await services.claimText()
      if (!order) return
      const result = await sendText(order)
      await services.recordSendResult(order, result)
      log.info({ textId: order.textId, via: order.route.kind, result: result.kind, tries: order.tries }, 'text sent')
    }
  }
  const work = async () => {
    stopTimer()
    try {
      do {
        isAskedAgain = false
        await Promise.all(Array.from({ length: AT_ONCE }, lane))
      } while (isAskedAgain && !isStopped)
      const ms = await services.msUntilDue()
      if (!isStopped) stopTimer = startTimer(Math.min(ms ?? MINUTE, MINUTE), wake)
    } catch (error) {
      if (!isDatabaseAway(error)) log.warn({ err: error }, 'texts could not be sent')
      if (!isStopped) stopTimer = startTimer(MINUTE, wake)
    }
  }
  const wake = () => {
    if (isStopped) return
    if (running) isAskedAgain = true
    else
      running = work().finally(() => {
        running = undefined
        if (isAskedAgain) wake()
      })
  }
  return {
    sendText,
    wake,
    stop: async () => {
      isStopped = true
      isAskedAgain = false
      stopTimer()
      await running
      await http.close()
    },
  }
}
