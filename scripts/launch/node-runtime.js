import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InstallFailed } from './install-failed.js'
import { npmCi } from './npm.js'
import { RUNTIME } from './paths.js'
import { showProgress } from './progress.js'

const PACKAGE = `node-${process.platform}-${process.arch}`

/**
 * Path of the Node 24 that npm brings as an ordinary locked package; installs it when it is not there.
 * @throws {InstallFailed} when there is none for this machine or npm cannot fetch it
 */
export async function ensureNode() {
  const lock = JSON.parse(readFileSync(join(RUNTIME, 'package-lock.json'), 'utf8'))
  const wanted = lock.packages[`node_modules/${PACKAGE}`]?.version
  if (!wanted) return machineNode()
  if (installedVersion() !== wanted) {
    await showProgress(`Node ${wanted}`, () => npmCi({ node: process.execPath, folder: RUNTIME }))
  }
  // npm counts an optional package that it could not fetch as a success.
  if (installedVersion() !== wanted)
    throw new InstallFailed(`npm could not fetch ${PACKAGE} ${wanted}: check the network, then start again.`)
  return binary()
}

const binary = () => join(RUNTIME, 'node_modules', PACKAGE, 'bin', 'node')

function installedVersion() {
  const manifest = join(RUNTIME, 'node_modules', PACKAGE, 'package.json')
  return existsSync(binary()) && existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined
}

function machineNode() {
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath
  throw new InstallFailed(`There is no ${PACKAGE} package: install Node 24 or newer on this machine.`)
}
