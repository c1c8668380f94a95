import { NotFound } from '../../platform/errors.ts'

export class NoSuchAgent extends NotFound {
  constructor() {
    super('agent-not-found', 'This person is not an agent, or has no phone any more.')
  }
}
