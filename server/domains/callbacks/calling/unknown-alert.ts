/** A try whose end nobody saw waits for a person: the board says so until somebody has decided. */
import type { Tx } from '../../../platform/db/db.ts'
import { messages, raiseAlert, resolveAlert } from '../../alerts/service.ts'

const KIND = 'outcome-unknown'

export async function raiseUnknown(
  tx: Tx,
  { id, reference, countryId }: { id: string; reference: string; countryId: string },
): Promise<void> {
  const message = messages.say('alert-outcome-unknown', { reference })
  await raiseAlert(tx, { kind: KIND, subject: id, severity: 'warning', message, countryId })
}

export async function resolveUnknown(tx: Tx, callbackId: string): Promise<void> {
  await resolveAlert(tx, { kind: KIND, subject: callbackId })
}
