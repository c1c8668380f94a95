/**
 * A certificate authority of this installation's own, for a console in a closed network: `authority.crt` goes onto each phone
 * once, and certifies nothing but this console's own names (name constraints), so that whoever steals its key cannot pose as
 * any other site to those phones.
 *
 * X.509 is made by openssl as a child process: node:crypto reads certificates and makes none, the packages that do bring ten
 * others along, and openssl is on every Debian machine and does it by a file anyone can read.
 */
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { chmod, copyFile, link, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { DAY, SECOND } from '../time/duration.ts'
import { BadTls, type TlsPair } from './tls-pair.ts'

const AUTHORITY_DAYS = 3650
/** Browsers refuse certificates that are good for longer than 398 days. */
const CERTIFICATE_DAYS = 397
const RENEW_BEFORE_MS = 30 * DAY

type Setting = { folder: string; names: readonly string[] }

/**
 * The console's certificate and key; made, with the authority, when they are missing, and again when the certificate is about
 * to end or the console's names have changed.
 * @throws BadTls
 */
export async function localAuthorityPair({ folder, names }: Setting, now: Date): Promise<TlsPair> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const authority = (await readIfThere(path.join(folder, 'authority.pem'))) ?? (await makeAuthority(folder, names))
  const known = await readIfThere(path.join(folder, 'console.pem'))
  if (known && isGood(known, authority, names, now)) return pairOf(known)
  return pairOf(await makeCertificate(folder, names))
}

function isGood(pem: string, authority: string, names: readonly string[], now: Date): boolean {
  const certificate = new X509Certificate(pem)
  const covers = (name: string) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined
  const endsMs = Date.parse(certificate.validTo)
  return certificate.verify(new X509Certificate(authority).publicKey) && names.every(covers) && endsMs - now.getTime() > RENEW_BEFORE_MS
}

async function makeAuthority(folder: string, names: readonly string[]): Promise<string> {
  const permitted = names.map((name, index) =>
    isIP(name) ? `permitted;IP.${index} = ${name}/${hostMask(name)}` : `permitted;DNS.${index} = ${name}`,
  )
  const config = [
    ...request(`Ringback at ${names[0]}`),
    ...['basicConstraints = critical, CA:TRUE, pathlen:0', 'keyUsage = critical, keyCertSign, cRLSign', 'subjectKeyIdentifier = hash'],
    ...['nameConstraints = critical, @names', '[names]', ...permitted],
  ]
  const whole = path.join(folder, 'authority.pem')
  await within(folder, async (aside) => {
    await openssl(aside, config, ['-days', String(AUTHORITY_DAYS)])
    // Of two processes that start at once the first one's stays: link, unlike rename, replaces nothing.
    await link(path.join(aside, 'whole.pem'), whole).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  })
  const authority = await readFile(whole, 'utf8')
  await writeFile(path.join(folder, 'authority.crt'), pairOf(authority).cert, { mode: 0o644 })
  return authority
}

async function makeCertificate(folder: string, names: readonly string[]): Promise<string> {
  const alternatives = names.map((name, index) => `${isIP(name) ? 'IP' : 'DNS'}.${index} = ${name}`)
  const config = [
    ...request(names[0]!.slice(0, 64)),
    ...['basicConstraints = critical, CA:FALSE', 'keyUsage = critical, digitalSignature', 'extendedKeyUsage = serverAuth'],
    ...['subjectKeyIdentifier = hash', 'authorityKeyIdentifier = keyid', 'subjectAltName = @names', '[names]', ...alternatives],
  ]
  return within(folder, async (aside) => {
    const authority = path.join(aside, 'authority.pem')
    await copyFile(path.join(folder, 'authority.pem'), authority)
    await openssl(aside, config, ['-days', String(CERTIFICATE_DAYS), '-CA', authority, '-CAkey', authority])
    const whole = path.join(aside, 'whole.pem')
    await run(aside, ['verify', '-x509_strict', '-CAfile', authority, whole]).catch((cause: unknown) => {
      if (cause instanceof BadTls) throw cause
      throw new BadTls(
        `The authority in ${folder} was made for other names than ${names.join(', ')}: move that folder away, start again, and put the new authority.crt on the phones.`,
        { cause },
      )
    })
    await rename(whole, path.join(folder, 'console.pem'))
    return readFile(path.join(folder, 'console.pem'), 'utf8')
  })
}

/** A configuration of our own: the machine's may add extensions that contradict ours. */
const request = (name: string) => [
  '[req]',
  'prompt = no',
  'distinguished_name = dn',
  'x509_extensions = ext',
  '[dn]',
  `CN = ${name}`,
  '[ext]',
]

/** Leaves key and certificate in `whole.pem`, one file, so that they are never of two makings. */
async function openssl(folder: string, config: string[], args: string[]): Promise<void> {
  const at = (name: string) => path.join(folder, name)
  await writeFile(at('request.cnf'), `${config.join('\n')}\n`)
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key.pem'), '-out', at('crt.pem')]
  await run(folder, ['req', '-x509', '-config', at('request.cnf'), ...newKey, ...args])
  const whole = `${await readFile(at('key.pem'), 'utf8')}${await readFile(at('crt.pem'), 'utf8')}`
  await writeFile(at('whole.pem'), whole, { mode: 0o600 })
}

async function run(folder: string, args: string[]): Promise<void> {
  try {
    const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: folder }
    await promisify(execFile)('openssl', args, { timeout: 20 * SECOND, maxBuffer: 64 * 1024, env })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
    throw new BadTls('RINGBACK_TLS=local-authority needs openssl, which is not there: apt-get install openssl', { cause })
  }
}

async function within<T>(folder: string, work: (aside: string) => Promise<T>): Promise<T> {
  const aside = await mkdtemp(path.join(folder, 'making-'))
  try {
    return await work(aside)
  } finally {
    await rm(aside, { recursive: true, force: true })
  }
}

function pairOf(pem: string): TlsPair {
  const part = (name: string) => new RegExp(`-----BEGIN ${name}-----[^]*?-----END ${name}-----\n`).exec(pem)?.[0] ?? ''
  return { key: part('PRIVATE KEY'), cert: part('CERTIFICATE') }
}

const hostMask = (address: string) => (isIP(address) === 4 ? '255.255.255.255' : 'FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF')

async function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
    return undefined
  })
}
