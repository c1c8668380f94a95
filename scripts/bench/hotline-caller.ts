/** A caller for the demo's country of one language, whose hotline answers without a menu, and the plain extension beside it. */
import { join } from 'node:path'
import { inboundContext } from '../../asterisk-config/names.ts'
import { trunkIdOf } from '../demo/programme.ts'
import type { Demo } from '../seed-demo.ts'
import { PacedCaller } from './paced-caller.ts'
import { addExtension, PLAIN_EXTENSION } from './plain-extension.ts'

export type BenchProduct = {
  folder: string
  demo: Demo
  asterisk: { folder: string; sipPort: number; ariUrl: string; ariUser: string; ariPassword: string }
}
export type HotlineCaller = { caller: PacedCaller; extensions: Record<'hotline' | 'dialplan', string> }

/** The demo's first country whose hotline answers without a menu. */
export function countryWithoutMenu({ demo }: Pick<BenchProduct, 'demo'>) {
  const country = demo.countries.find(({ languages }) => languages.length === 1)
  if (!country) throw new Error('the demo has no country with one language, so no answer without a menu')
  return country
}

/** Beside the hotline of a country; its steps are applications of the dialplan. */
export async function addYardstick(
  { asterisk }: Pick<BenchProduct, 'asterisk'>,
  country: ReturnType<typeof countryWithoutMenu>,
  yardstick: { extension: string; steps: readonly string[] },
): Promise<void> {
  const authorization = `Basic ${Buffer.from(`${asterisk.ariUser}:${asterisk.ariPassword}`).toString('base64')}`
  const { folder, ariUrl } = asterisk
  await addExtension({ folder, ariUrl, authorization, context: inboundContext(trunkIdOf(country)), did: country.cardDid, ...yardstick })
}

/** Numbers as many as there are calls: the demo's own workers differ in the last two digits alone. */
export const callersPrefix = ({ workerPrefix }: { workerPrefix: string }) => workerPrefix.slice(0, -2)

/** Once a product: it adds to its dialplan. */
export async function openHotlineCaller(product: BenchProduct): Promise<HotlineCaller> {
  const { asterisk, folder } = product
  const country = countryWithoutMenu(product)
  const greeting = join(folder, 'sounds', country.languages[0]!, 'greeting')
  await addYardstick(product, country, { extension: PLAIN_EXTENSION, steps: ['Answer()', `Playback(${greeting})`, 'Hangup()'] })
  const caller = await PacedCaller.open(country.carrier, { host: '127.0.0.1', port: asterisk.sipPort }, callersPrefix(country))
  return { caller, extensions: { hotline: country.cardDid, dialplan: PLAIN_EXTENSION } }
}
