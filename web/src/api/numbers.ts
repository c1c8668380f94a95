import type { ChangeWatch, LineKind, NumberList, NumberView } from '../../../server/domains/watchdog/contract.ts'
import { request } from './http.ts'

export type { CheckView, ChangeWatch, NumberView } from '../../../server/domains/watchdog/contract.ts'

type Name = { countryId: string; kind: LineKind }
const pathOf = ({ countryId, kind }: Name) => `/api/numbers/${countryId}/${kind}`

export const listNumbers = () => request<NumberList>('GET', '/api/numbers')
export const changeWatch = (name: Name, change: ChangeWatch) => request<NumberView>('PATCH', pathOf(name), change)
export const checkNow = (name: Name) => request<NumberView>('POST', `${pathOf(name)}/check`)
