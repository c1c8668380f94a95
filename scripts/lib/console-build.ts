import { createHash } from 'node:crypto'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { takeFileLock } from './file-lock.ts'
import { runCommand } from './run-command.ts'
import { SetupProblem } from './setup-problem.ts'

const MARK = '.built-from'

/**
 * Builds the console into web/dist when its sources are not those of the last build. It is built aside and then swapped
 * in whole, so that a service which runs from the same clone never serves half of it.
 * @returns whether it was built
 */
export async function buildConsole(root: string, signal?: AbortSignal): Promise<boolean> {
  const dist = join(root, 'web', 'dist')
  const wanted = await hashOfSources(root)
  if ((await markOf(dist)) === wanted) return false
  const lock = await takeFileLock(join(root, 'node_modules', '.ringback-console.lock'), 300)
  if (!lock) throw new SetupProblem('Another process has been building the console for 5 minutes; end it and start again.')
  try {
    if ((await markOf(dist)) === wanted) return false
    const aside = join(root, 'node_modules', '.ringback-console')
    const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
    const args = [vite, 'build', '--logLevel', 'warn', '--emptyOutDir', '--outDir', aside]
    const built = await runCommand(process.execPath, args, {
      cwd: root,
      env: { ...process.env, NODE_ENV: 'production' },
      timeoutSeconds: 300,
      signal,
    })
    if (built.code !== 0) throw new SetupProblem(`The console could not be built: ${built.output.trim().slice(0, 2000)}`)
    await writeFile(join(aside, MARK), wanted)
    await rm(dist, { recursive: true, force: true })
    await rename(aside, dist)
    return true
  } finally {
    await lock.release()
  }
}

async function hashOfSources(root: string): Promise<string> {
  const paths = ['package-lock.json', 'vite.config.ts', 'svelte.config.js'].map((name) => join(root, name))
  for (const entry of await readdir(join(root, 'web'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !relative(join(root, 'web'), path).startsWith('dist')) paths.push(path)
  }
  const hash = createHash('sha256')
  for (const path of paths.sort())
    hash
      .update(relative(root, path))
      .update('\0')
      .update(await readFile(path))
  return hash.digest('hex')
}

async function markOf(dist: string): Promise<string | undefined> {
  try {
    return await readFile(join(dist, MARK), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
