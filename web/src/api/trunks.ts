import type { TrunkTest } from '../../../server/domains/callbacks/contract.ts'
import type { Carrier, SaveCarrier } from '../../../server/domains/countries/contract.ts'
import { request } from './http.ts'

export type { Carrier, SaveCarrier, TrunkTest }

export const testTrunk = (id: string) => request<TrunkTest>('POST', `/api/trunks/${id}/test`)
export const getCarrier = (id: string) => request<Carrier>('GET', `/api/trunks/${id}/carrier`)
export const saveCarrier = (id: string, carrier: SaveCarrier) => request<Carrier>('PUT', `/api/trunks/${id}/carrier`, carrier)
export const pauseTrunk = (id: string, reason: string) => request('POST', `/api/trunks/${id}/pause`, { reason })
export const removeTrunk = (id: string) => request('DELETE', `/api/trunks/${id}`)
export const resumeTrunk = (id: string) => request('POST', `/api/trunks/${id}/resume`)
