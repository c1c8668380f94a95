/** A file the dialplan made and could not fill, as the disk was full: nobody will ever fill it, and a person must hear of it. */
import { messages } from '../../../domains/alerts/message-rules.ts'
import type { Log } from '../../ari/face.ts'
import type { MessageDeps } from './messages.ts'

type Deps = Pick<MessageDeps, 'commands' | 'services'> & { log: Pick<Log, 'error'> }

/** Asterisk gives the file its length all the same: it is empty, or nothing but zeros. */
export const isUnwritten = (file: Buffer): boolean => file.every((byte) => byte === 0)

/** One alert, however many there are. The file goes once it is raised. */
export async function giveUpUnwritten(name: string, { commands, services, log }: Deps): Promise<undefined> {
  log.error({ spoolName: name }, 'the disk was full: somebody rang or wrote and could not be written down')
  const alert = { kind: 'caller-unwritten', subject: 'spool', severity: 'critical', isHappening: true } as const
  await services.alerts.raise({ ...alert, message: messages.say('alert-caller-unwritten') })
  await commands.deleteStoredRecording(name)
}
