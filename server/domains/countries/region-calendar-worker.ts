/**
 * A thread of its own: the calendars take 30 MB and a quarter of a second to load, and some (Viet Nam's) a tenth of a second a
 * year. Neither the memory nor the wait belongs into the process that answers calls.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { CalendarQuestion } from './region-calendar.ts'
import { holidaysOf, regionsOf } from './region-rules.ts'

const question = workerData as CalendarQuestion
parentPort!.postMessage(question.ask === 'regions' ? regionsOf(question.countryId) : holidaysOf(question))
