import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * Starts a process in a session of its own, so that Ctrl-C arrives once, from us, and has the kernel end it when we
 * die, `kill -9` included.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export function spawnBound(command, args, options) {
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path))
  const [program, ...leading] = setpriv ? [setpriv, '--pdeathsig', 'TERM', '--', command] : [command]
  return spawn(program, [...leading, ...args], { ...options, detached: true })
}
