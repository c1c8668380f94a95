import type { Static } from 'typebox'
import type { CallRules, Helpers, SaveCallRules } from '../../../server/domains/callbacks/contract.ts'
import { request } from './http.ts'

export type { CallRules, SaveCallRules }

const at = (countryId: string) => `/api/countries/${countryId}`

export const getCallRules = (countryId: string) => request<CallRules>('GET', `${at(countryId)}/call-rules`)
export const saveCallRules = (countryId: string, rules: SaveCallRules) => request<CallRules>('PUT', `${at(countryId)}/call-rules`, rules)
export const getHelpers = (countryId: string) => request<Static<typeof Helpers>>('GET', `${at(countryId)}/helpers`)
export const saveHelpers = (countryId: string, countryIds: string[]) =>
  request<Static<typeof Helpers>>('PUT', `${at(countryId)}/helpers`, { countryIds })
