import { hostname } from 'node:os'
import { runCommand } from './run-command.ts'

const RENAMED = ['--uts', 'sh', '-c', 'hostname localhost && exec "$@"', 'renamed']

/**
 * What to put before a command that looks up the machine's own name, as Asterisk does for every call: nothing when the
 * hosts file knows it; else a name space in which the machine is called `localhost`. Without an answer in the hosts file
 * each call waits for the name server, for seconds if that is away.
 */
export async function withKnownName(): Promise<readonly string[]> {
  const known = await runCommand('getent', ['-s', 'files', 'hosts', hostname()])
  if (known.code === 0) return []
  // A container without privileges may not; there the run-time writes the hosts file.
  const allowed = await runCommand('unshare', [...RENAMED, 'true'])
  return allowed.code === 0 ? ['unshare', ...RENAMED] : []
}
