import { spawn } from 'node:child_process'

export interface CommandResult {
  /** Null when a signal ended it (time limit and abort too). */
  code: number | null
  /** Stdout and stderr in the order they came. */
  output: string
}

export interface CommandOptions {
  env?: NodeJS.ProcessEnv
  cwd?: string
  /** Written to stdin; without it stdin is empty. */
  input?: string
  user?: { uid: number; gid: number }
  /** Extra file descriptors, from 3 on. */
  descriptors?: readonly number[]
  timeoutSeconds?: number
  /** How it is ended when the time is up, `signal` aborts or we die; SIGTERM lets it clean up. */
  endBy?: 'KILL' | 'TERM'
  signal?: AbortSignal | undefined
}

/**
 * Runs a command to its end and collects what it said; the caller decides what a code means.
 * The command is ended when the time is up, when `signal` aborts, and by the kernel when this process dies.
 * @throws Error when the command does not exist
 */
export async function runCommand(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { user, descriptors = [], env = process.env, cwd, input, timeoutSeconds = 600, endBy = 'TERM', signal } = options
  const asUser = user ? [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'] : []
  const child = spawn('setpriv', ['--pdeathsig', endBy, ...asUser, '--', command, ...args], {
    env,
    cwd,
    stdio: ['pipe', 'pipe', 'pipe', ...descriptors],
    // A session of its own: Ctrl-C is ours to pass on, once.
    detached: true,
  })
  let output = ''
  const collect = (chunk: Buffer) => (output += chunk.toString('utf8'))
  child.stdout?.on('data', collect)
  child.stderr?.on('data', collect)
  // A command that ends without reading its input breaks the pipe; its exit code already tells the story.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(input ?? '')

  const end = () => void child.kill(`SIG${endBy}`)
  const timer = setTimeout(end, timeoutSeconds * 1000)
  signal?.addEventListener('abort', end, { once: true })
  if (signal?.aborted) end()
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    return { code, output }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}

/** The last lines of a command's output, for an error message. */
export function lastLines(output: string, count = 5): string {
  return output.trim().split('\n').slice(-count).join('\n')
}
