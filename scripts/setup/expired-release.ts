/**
 * Whether apt refused only because the archive's Release file is past its date: a mirror that lags, or a wrong clock.
 * Any other refusal, a bad signature above all, stays a refusal.
 */
export function isExpiredRelease(output: string): boolean {
  const errors = output.split('\n').filter((line) => /^\s*(?:E:|W: GPG error|W: .*signature)/i.test(line) && !isConsequence(line))
  return errors.length > 0 && errors.every((line) => /^\s*E: Release file for .* is expired/.test(line))
}

// What mmdebstrap and apt say after the real reason.
const isConsequence = (line: string) =>
  /E: (?:apt-get update|.* failed(?: to run)?\b|setup failed|mmdebstrap failed|run_chroot failed)/.test(line)

/** Goes on with an expired Release file; signatures are checked as before. */
export const ACCEPT_EXPIRED = 'Acquire::Check-Valid-Until "false"'
