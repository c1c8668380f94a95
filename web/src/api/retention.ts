import type { RetentionReport } from '../../../server/domains/retention/contract.ts'
import { request } from './http.ts'

export const getRetention = () => request<RetentionReport>('GET', '/api/retention')
