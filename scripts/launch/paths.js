import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The clone: the launcher works from any current folder. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** The package whose only dependency is Node 24 itself, locked apart from the project's own packages. */
export const RUNTIME = join(ROOT, 'scripts', 'node-runtime')
