import { NotFound, Refused, Unprocessable } from '../../platform/errors.ts'

export class AgentNotFound extends NotFound {
  constructor() {
    super('agent-not-found', 'There is no agent with a phone of that id.')
  }
}

export class AgentIsBusy extends Refused {
  constructor() {
    super('agent-is-busy', 'Finish the call and name its outcome first.')
  }
}

export class NotAnAgent extends Unprocessable {
  constructor() {
    super('not-an-agent', 'Only an active user with the role agent can have a phone.')
  }
}
