import type { Demo } from '../seed-demo.ts'

/** What a newcomer needs on the terminal: the READY line first, then who can sign in and how to make a call arrive. */
export function welcome(consoleUrl: string, demo: Demo): string {
  const users = demo.users.map(({ role, email, password }) => `  ${role.padEnd(14)} ${email.padEnd(32)} ${password}`)
  return [
    `READY ${consoleUrl}`,
    '',
    'Sign in with (role, e-mail, password):',
    ...users,
    '',
    'Make a worker call the hotline:  npm run simulate -- --calls 1',
    '',
  ].join('\n')
}
