import type { VoicemailQuery, VoicemailView } from '../../../../server/domains/voicemails/contract.ts'
import { listVoicemails } from '../../api/voicemails.ts'
import { addressFilter } from '../../ui/filter.ts'
import { PagedList } from '../../ui/paged-list.svelte.ts'

const NAMES = ['countryId', 'languageCode', 'heard', 'number'] as const
export type InboxFilter = Record<(typeof NAMES)[number], string>
export const inboxFilter = addressFilter(NAMES)

/** The messages of a filter, from the newest on. */
export const createInbox = () =>
  new PagedList<VoicemailView, InboxFilter>((filter, after) =>
    listVoicemails({ ...(filter as VoicemailQuery), limit: 30, ...(after !== undefined && { after }) }),
  )
