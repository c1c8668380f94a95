import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The address of the Debian archive this machine uses, or undefined when its sources name none.
 * Reads both the one-line and the deb822 form; security and third-party archives are not it.
 */
export async function debianMirror(folder = '/etc/apt'): Promise<string | undefined> {
  const texts = await Promise.all((await sourceFiles(folder)).map((path) => readFile(path, 'utf8')))
  return mirrorIn(texts.join('\n'))
}

export function mirrorIn(sources: string): string | undefined {
  const active = sources.split('\n').filter((line) => /^(?:deb\s|URIs:)/.test(line.trim()))
  return active.map((line) => /\bhttps?:\/\/\S+?\/debian\/?(?=\s|$)/.exec(line)?.[0]).find((address) => address !== undefined)
}

async function sourceFiles(folder: string): Promise<string[]> {
  const parts = await namesIn(join(folder, 'sources.list.d'))
  const single = (await namesIn(folder)).filter((name) => name === 'sources.list')
  return [
    ...single.map((name) => join(folder, name)),
    ...parts.filter((name) => /\.(list|sources)$/.test(name)).map((name) => join(folder, 'sources.list.d', name)),
  ]
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
