import type {
  AddTrunk,
  LineHoliday,
  LineList,
  LineRow,
  LineSetUp,
  SaveHoliday,
  SaveLine,
  Week,
} from '../../../server/domains/countries/contract.ts'
import { request } from './http.ts'

export type { LineHoliday, LineRow, LineSetUp, SaveLine, Week }

const at = (countryId: string) => `/api/lines/${countryId}`

export const listLines = () => request<LineList>('GET', '/api/lines')
export const getLine = (countryId: string) => request<LineSetUp>('GET', at(countryId))
export const saveLine = (countryId: string, line: SaveLine) => request<LineSetUp>('PUT', at(countryId), line)
export const saveHours = (countryId: string, week: Week) => request<LineSetUp>('PUT', `${at(countryId)}/hours`, { week })
export const addTrunk = (countryId: string, trunk: AddTrunk) => request<LineSetUp>('POST', `${at(countryId)}/trunks`, trunk)
export const orderTrunks = (countryId: string, trunkIds: string[]) => request<LineSetUp>('PUT', `${at(countryId)}/trunks`, { trunkIds })
export const listRegions = (countryId: string) => request<{ regions: { code: string; name: string }[] }>('GET', `${at(countryId)}/regions`)
export const saveRegion = (countryId: string, region: string | null) => request<LineSetUp>('PUT', `${at(countryId)}/region`, { region })
export const saveHoliday = (countryId: string, date: string, holiday: SaveHoliday) =>
  request<LineSetUp>('PUT', `${at(countryId)}/holidays/${date}`, holiday)
export const deleteHoliday = (countryId: string, date: string) => request<LineSetUp>('DELETE', `${at(countryId)}/holidays/${date}`)
