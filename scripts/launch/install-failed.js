/** Installing could not be finished. The message is one sentence that says what to do. */
export class InstallFailed extends Error {
  name = 'InstallFailed'

  /** @param {string} message @param {number} [exitCode] */
  constructor(message, exitCode = 1) {
    super(message)
    this.exitCode = exitCode
  }
}
