/** A caller for the demo's country of one language, whose hotline answers without a menu, and the plain extension beside it. */
import { join } from 'node:path'
import { inboundContext } from '../../asterisk-config/names.ts'
import { trunkIdOf } from '../demo/programme.ts'
import type { Demo } from '../seed-demo.ts'
import { PacedCaller } from './paced-caller.ts'
import { addPlainExtension, PLAIN_EXTENSION } from './plain-extension.ts'

type Product = {
  folder: string
  demo: Demo
  asterisk: { folder: string; sipPort: number; ariUrl: string; ariUser: string; ariPassword: string }
}
export type HotlineCaller = { caller: PacedCaller; extensions: Record<'hotline' | 'dialplan', string> }

/** Once a product: it adds to its dialplan. */
export async function openHotlineCaller({ demo, asterisk, folder }: Product): Promise<HotlineCaller> {
  const country = demo.countries.find(({ languages }) => languages.length === 1)
  if (!country) throw new Error('the demo has no country with one language, so no answer without a menu')
  const authorization = `Basic ${Buffer.from(`${asterisk.ariUser}:${asterisk.ariPassword}`).toString('base64')}`
  await addPlainExtension({
    folder: asterisk.folder,
    ariUrl: asterisk.ariUrl,
    authorization,
    context: inboundContext(trunkIdOf(country)),
    did: country.cardDid,
    sound: join(folder, 'sounds', country.languages[0]!, 'greeting'),
  })
  // Numbers as many as there are calls; the demo's own workers differ in the last two digits alone.
  const caller = await PacedCaller.open(country.carrier, { host: '127.0.0.1', port: asterisk.sipPort }, country.workerPrefix.slice(0, -2))
  return { caller, extensions: { hotline: country.cardDid, dialplan: PLAIN_EXTENSION } }
}
