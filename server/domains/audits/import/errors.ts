import { NotFound, Refused, Unprocessable } from '../../../platform/errors.ts'

/** The file as a whole cannot be taken. The sentence says what to do. */
export class BadFile extends Unprocessable {}

export class ImportNotFound extends NotFound {
  constructor() {
    super('import-not-found', 'This import does not exist, or is not yours.')
  }
}

export class ImportRunning extends Refused {
  constructor() {
    super('import-running', 'A file is being read for this visit already; wait until it is done.')
  }
}
