import type {
  ChangeText,
  ImportProblem,
  ImportResult,
  LanguageReadiness,
  PromptList,
  PromptState,
  PromptView,
  Readiness,
} from '../../../server/domains/prompts/contract.ts'
import { queryString, request, upload } from './http.ts'

export type { ImportProblem, ImportResult, LanguageReadiness, PromptList, PromptState, PromptView, Readiness }

const prompt = (code: string, name: string) => `/api/languages/${code}/prompts/${name}`

export const getReadiness = (countryId: string) => request<Readiness>('GET', `/api/countries/${countryId}/readiness`)
export const publishLanguage = (countryId: string, code: string) =>
  request<Readiness>('POST', `/api/countries/${countryId}/languages/${code}/publish`)

export const listPrompts = (code: string) => request<PromptList>('GET', `/api/languages/${code}/prompts`)
/** Where the browser plays it from; what is there never changes. */
export const soundUrl = (code: string, name: string, sha256: string) => `${prompt(code, name)}/sounds/${sha256}`
/** @param text the sentence that was read; needed where the language has none */
export const recordPrompt = (code: string, name: string, sound: Blob, text?: string) =>
  upload<PromptList>(`${prompt(code, name)}/recording${queryString({ text })}`, sound)
export const approvePrompt = (code: string, recordingId: string, nativeSpeaker: string) =>
  request<PromptList>('POST', `/api/languages/${code}/prompts/approve`, { recordingId, nativeSpeaker })
export const changeText = (code: string, name: string, change: ChangeText) =>
  request<PromptList>('PUT', `${prompt(code, name)}/text`, change)
/** Rings the agent's phone and plays it there. */
export const playOnPhone = (code: string, name: string, agentUserId: string) =>
  request('POST', `${prompt(code, name)}/play`, { agentUserId })
export const reviewLanguage = (code: string, nativeSpeaker: string) =>
  request<PromptList>('POST', `/api/languages/${code}/review`, { nativeSpeaker })
/** @throws ApiError `language-import-wrong`, with `{ problems }` as its detail */
export const importLanguage = (file: unknown, isDryRun: boolean) =>
  request<ImportResult>('POST', `/api/languages${queryString({ isDryRun: String(isDryRun) })}`, file)
/** Downloads a language as a file; an empty one without a code. */
export const languageFileUrl = (code?: string) => `/api/language-file${queryString({ code })}`
