import type { AgentView, ChangeAgent } from '../../api/agents.ts'

/** Certified or not. */
export const spokenBy = ({ languageCodes, uncertifiedLanguageCodes }: AgentView) => [...languageCodes, ...uncertifiedLanguageCodes]

/** What is different from what is there; empty: nothing. */
export function changeOf(agent: AgentView, { countryIds, languageCodes }: Required<ChangeAgent>): ChangeAgent {
  return {
    ...(!isSame(agent.countryIds, countryIds) && { countryIds }),
    ...(!isSame(spokenBy(agent), languageCodes) && { languageCodes }),
  }
}

const isSame = (one: readonly string[], other: readonly string[]) => one.toSorted().join() === other.toSorted().join()
