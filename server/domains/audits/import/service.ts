/**
 * A roster's file becomes lines of a visit's list. The file is read and judged in a thread, kept nowhere, and taken in parts: each
 * part is whole or not there, and importing the file again adds what is missing and nobody twice.
 */
import { inTransaction } from '../../../platform/db/transaction.ts'
import { AppError } from '../../../platform/errors.ts'
import type { Scope } from '../../../platform/http/policy.ts'
import type { Log } from '../../../platform/log.ts'
import { SECOND } from '../../../platform/time/duration.ts'
import { findCountry } from '../../countries/service.ts'
import { AuditClosed, findOwnAudit, lockOpenAudit } from '../access.ts'
import type { ImportColumns, ImportPlan, ImportProblem, ImportView } from '../contract.ts'
import { BadFile, ImportNotFound, ImportRunning } from './errors.ts'
import { MOST_PROBLEMS } from './limits.ts'
import * as queries from './queries.ts'
import { checkFile, readColumns } from './reader.ts'
import type { ImportSetting } from './row-rules.ts'
import { createKeyer, type Taken, takeRows, type TakingDeps, tryRows } from './taking.ts'

export type ImportDeps = TakingDeps & { log: Pick<Log, 'warn'> }
export type NewImport = { auditId: string; file: Buffer; plan: ImportPlan; isDryRun: boolean }

/** Sealing so many takes some milliseconds, during which calls wait. */
const ROWS_A_PART = 250
const ALIVE_EVERY_MS = 10 * SECOND

/** @throws BadFile, AuditNotFound, AuditClosed */
export async function lookAtFile({ db }: Pick<ImportDeps, 'db'>, actor: Scope, auditId: string, file: Buffer): Promise<ImportColumns> {
  const audit = await findOwnAudit(db, actor, auditId)
  if (audit.status !== 'open') throw new AuditClosed()
  return readColumns(file, audit.countryId)
}

/** @throws ImportNotFound, AuditNotFound */
export async function getImport({ db }: Pick<ImportDeps, 'db'>, reader: Scope, auditId: string, id: string): Promise<ImportView> {
  await findOwnAudit(db, reader, auditId)
  const row = await queries.findImport(db, id)
  if (row?.auditId !== auditId) throw new ImportNotFound()
  return toView(row)
}

/** Newest first; trial runs are not kept in mind. @throws AuditNotFound */
export async function listImports({ db }: Pick<ImportDeps, 'db'>, reader: Scope, auditId: string): Promise<ImportView[]> {
  await findOwnAudit(db, reader, auditId)
  return (await queries.listImports(db, auditId)).map(toView)
}

export type RosterImports = {
  /** Begins; how far it is, `getImport` tells. @throws BadFile, AuditClosed, AuditNotFound, ImportRunning */
  start(actor: Scope, wanted: NewImport): Promise<ImportView>
  /** Waits for those going on in this process; they end after the part they are at. */
  stop(): Promise<void>
}

export function createRosterImports(deps: ImportDeps): RosterImports {
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()
  return {
    async start(actor, wanted) {
      const { id, setting } = await begin(deps, actor, wanted)
      const job = run(deps, actor, { ...wanted, id, setting, signal: stopping.signal }).finally(() => running.delete(job))
      running.add(job)
      return getImport(deps, actor, wanted.auditId, id)
    },
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

type Setting = Omit<ImportSetting, 'headers'>

function begin({ db }: ImportDeps, actor: Scope, { auditId, plan, isDryRun }: NewImport): Promise<{ id: string; setting: Setting }> {
  if (plan.columns.phone === undefined) throw new BadFile('no-phone-column', 'Say which column holds the numbers.')
  return inTransaction(db, async (tx) => {
    const { countryId } = await lockOpenAudit(tx, actor, auditId)
    const country = await findCountry({ db: tx }, countryId)
    if (!country) throw new Error(`visit ${auditId} is in ${countryId}, which is not set up`)
    const id = await queries.startImport(tx, { auditId, byUserId: actor.userId, isDryRun })
    if (id === undefined) throw new ImportRunning()
    return { id, setting: { countryId, callingCode: country.callingCode, languages: country.languages, plan } }
  })
}

type Job = NewImport & { id: string; setting: Setting; signal: AbortSignal }

/** Never rejects: whoever asked has gone on, and reads how it ended. */
async function run(deps: ImportDeps, actor: Scope, job: Job): Promise<void> {
  // A large file is read for a while without a word: it must not be taken for one whose process died.
  const alive = setInterval(
    () =>
      void queries
        .updateImport(deps.db, job.id, {})
        // The database is away for a moment: the next beat says it.
        .catch(() => undefined),
    ALIVE_EVERY_MS,
  )
  try {
    await work(deps, actor, job)
    await queries.updateImport(deps.db, job.id, { status: 'done' })
  } catch (err) {
    const isExpected = err instanceof AppError
    if (!isExpected) deps.log.warn({ err: new Error((err as Error).name), importId: job.id }, 'a roster could not be imported')
    const message = isExpected ? err.message : 'Something went wrong on our side; import the file again.'
    await queries.updateImport(deps.db, job.id, { status: 'failed', message }).catch((error: unknown) => {
      // The database is away: after a minute the import counts as failed.
      deps.log.warn({ err: error, importId: job.id }, 'the end of an import could not be written')
    })
  } finally {
    clearInterval(alive)
  }
}

async function work(deps: ImportDeps, actor: Scope, { id, auditId, file, setting, isDryRun, signal }: Job): Promise<void> {
  const { total, wrong, problems, rows } = await checkFile(file, setting)
  const so = { rowsDone: wrong, added: 0, known: 0, wrong, problems: [...problems] as ImportProblem[] }
  await queries.updateImport(deps.db, id, { rowsTotal: total, ...so })
  const keyed = createKeyer(deps, auditId)
  for (let from = 0; from < rows.length; from += ROWS_A_PART) {
    if (signal.aborted) throw new BadFile('stopped', 'The service was stopped meanwhile; import the file again: nobody is added twice.')
    const part = keyed(rows.slice(from, from + ROWS_A_PART))
    const taken: Taken = isDryRun ? await tryRows(deps, auditId, part) : await takeRows(deps, actor, { auditId, importId: id }, part)
    so.added += taken.added
    so.known += taken.known
    so.wrong += taken.problems.length
    so.rowsDone += part.length
    so.problems = [...so.problems, ...taken.problems].slice(0, MOST_PROBLEMS)
    await queries.updateImport(deps.db, id, { ...so, problems: taken.problems.length ? so.problems : undefined })
  }
}

function toView({ auditId: _, createdAt, message, status, ...row }: queries.ImportRow): ImportView {
  const stopped = 'The service stopped meanwhile; import the file again: nobody is added twice.'
  return { ...row, status, message: message ?? (status === 'failed' ? stopped : null), startedAt: createdAt.toISOString() }
}
