import { scopeOf, type User } from '../../platform/http/policy.ts'
import type { TopicOptions } from '../../platform/live/topic.ts'
import { findAgentView } from '../agents/service.ts'
import type { ConversationChange, ConversationView } from './contract.ts'
import { TEXT_CHANGED, type TextDeps } from './deps.ts'
import { findConversationView, listConversations } from './views.ts'

/** Topic "texts": the newest conversations, each person's own; words are asked for and not pushed, so that every reading is written down. */
export function textsTopic(deps: Pick<TextDeps, 'db'>): TopicOptions<ConversationView | null> {
  // What agents speak, read with their snapshot and again when they change: frames are filtered without the database.
  const spoken = new Map<string, readonly string[]>()
  const speaks = ({ id, role }: User, languageCode: string) => role !== 'agent' || (spoken.get(id)?.includes(languageCode) ?? false)
  return {
    policy: { roles: ['supervisor', 'agent'] },
    on: [TEXT_CHANGED, 'agent.changed'],
    snapshot: async (user) => {
      if (user.role === 'agent') spoken.set(user.id, (await findAgentView(deps, user.id))?.languageCodes ?? [])
      return listConversations(deps, scopeOf(user), {})
    },
    load: async ({ topic, id }) => {
      if (topic === TEXT_CHANGED) return (await findConversationView(deps, id)) ?? null
      if (spoken.has(id)) spoken.set(id, (await findAgentView(deps, id))?.languageCodes ?? [])
      return null
    },
    toFrame: (user, _change, conversation): ConversationChange | null => {
      if (!conversation || !user.countryIds.includes(conversation.countryId)) return null
      // Their last text was in another language: it left the list of those who do not read it.
      if (!speaks(user, conversation.languageCode)) return { kind: 'conversation-gone', id: conversation.id }
      return { kind: 'conversation', conversation }
    },
  }
}
