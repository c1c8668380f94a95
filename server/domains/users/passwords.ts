import { argon2, type Argon2Parameters, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const argon2Async = promisify(argon2)
// OWASP's first choice for argon2id: 19 MiB, 2 passes, 1 lane; some 50 ms on the reference machine.
const COST = { memory: 19_456, passes: 2, parallelism: 1 }
const TAG_BYTES = 32
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Hashes a password with argon2id; the result carries its own salt and cost. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await derive({ ...COST, message: normalise(password), nonce, tagLength: TAG_BYTES })
  return toPhc(nonce, tag)
}

/** Whether this is the password of that hash; takes as long either way. */
export async function isPassword(password: string, hash: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(hash) ?? []
  if (!salt || !tag) throw new Error('a stored password hash is not argon2id in PHC form')
  const expected = Buffer.from(tag, 'base64')
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  const nonce = Buffer.from(salt, 'base64')
  return timingSafeEqual(await derive({ ...cost, message: normalise(password), nonce, tagLength: expected.length }), expected)
}

/** A hash no password fits, as costly to check as any: an unknown account takes the same time as a known one. */
export const DECOY_HASH = toPhc(randomBytes(16), randomBytes(TAG_BYTES))

/** The same letters typed on another keyboard may come composed differently. */
function normalise(password: string): string {
  return password.normalize('NFC')
}

async function derive(parameters: Argon2Parameters): Promise<Buffer> {
  return argon2Async('argon2id', parameters)
}

function toPhc(nonce: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${unpadded(nonce)}$${unpadded(tag)}`
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
