import type { ImportColumns, ImportField, ImportMapping, ImportPlan, ImportView } from '../../../server/domains/audits/contract.ts'
import { request, upload } from './http.ts'

export type { ImportColumns, ImportField, ImportMapping, ImportPlan, ImportView }

const base = (auditId: string) => `/api/audits/${auditId}/imports`

export const templates = { csv: '/api/roster-template.csv', xlsx: '/api/roster-template.xlsx' } as const
export const lookAtFile = (auditId: string, file: Blob) => upload<ImportColumns>(`${base(auditId)}/columns`, file)
export const startImport = (auditId: string, file: Blob, plan: ImportPlan, isDryRun: boolean) =>
  upload<ImportView>(`${base(auditId)}?isDryRun=${isDryRun}`, file, { plan: JSON.stringify(plan) })
export const getImport = (auditId: string, id: string) => request<ImportView>('GET', `${base(auditId)}/${id}`)
