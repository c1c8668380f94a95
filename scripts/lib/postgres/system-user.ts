import { lastLines, runCommand } from '../run-command.ts'
import { SetupProblem } from '../setup-problem.ts'

const USER = 'ringback'

export interface SystemUser {
  uid: number
  gid: number
}

/**
 * Who Postgres runs as: undefined (ourselves) unless we are root, which Postgres refuses; then the system user
 * `ringback`, made on first use. Not `postgres`: a database server of the machine must not be able to read our files.
 */
export async function postgresUser(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const known = await findUser()
  if (known) return known
  const home = ['--no-create-home', '--home-dir', '/nonexistent', '--shell', '/usr/sbin/nologin']
  const made = await runCommand('useradd', ['--system', '--user-group', ...home, USER])
  const user = await findUser()
  if (!user) throw new SetupProblem(`The system user ${USER}, which Postgres runs as, could not be made: ${lastLines(made.output, 1)}`)
  return user
}

async function findUser(): Promise<SystemUser | undefined> {
  const { code, output } = await runCommand('getent', ['passwd', USER])
  if (code !== 0) return undefined
  const [, , uid, gid] = output.split(':').map(Number)
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}
