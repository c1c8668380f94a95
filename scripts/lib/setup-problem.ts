/**
 * A failure that a person at the terminal can act on. The message is one sentence: what is wrong and what to do.
 * Entry scripts print it without a stack and leave with code 1; any other error is a bug and is printed whole.
 */
export class SetupProblem extends Error {
  override name = 'SetupProblem'
}
