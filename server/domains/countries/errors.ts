import { NotFound } from '../../platform/errors.ts'

export class TrunkNotFound extends NotFound {
  constructor() {
    super('trunk-not-found', 'This trunk does not exist, or is not yours.')
  }
}
