/**
 * ari-client, wearing the types of Asterisk's own description. Used by resource and operation only
 * (`client.channels.play({…})`): its Channel objects, listeners and socket are what leaks, hangs and ends processes.
 */
import { createRequire } from 'node:module'
import ari from 'ari-client'
import type * as AriSwagger from 'swagger-client'
import { AriUnreachable } from './errors.ts'
import type { AriResources } from './types.generated.ts'

// The very copy ari-client uses (vendor/ari-swagger): an import may be given another one, by a test runner for instance.
const { using } = createRequire(import.meta.resolve('ari-client'))('swagger-client') as typeof AriSwagger

const RESOURCES = ['applications', 'asterisk', 'bridges', 'channels', 'endpoints', 'events', 'playbacks', 'recordings'] as const

export type AriClient = Pick<AriResources, (typeof RESOURCES)[number]>

/**
 * Reads the API description from Asterisk and builds a client whose every request goes through `send`.
 * @throws AriRefused, AriUnreachable
 */
export async function loadClient(url: string, send: (request: AriSwagger.Request) => Promise<Buffer>): Promise<AriClient> {
  try {
    // No credentials: `send` has them, and ari-client would put them into a URL.
    const client: unknown = await using({ send, resources: RESOURCES }, () => ari.connect(url, '', ''))
    return client as AriClient
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw new AriUnreachable('api-docs', 'rubbish', { cause: error })
    throw error
  }
}
