import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import type { Bench } from '../../scripts/bench/bench.ts'
import { percentile } from '../../scripts/bench/percentile.ts'
import { claimDue } from '../../server/domains/callbacks/dispatching/claim-queries.ts'
import { saveCountries } from '../../server/domains/countries/service.ts'
import type { DbPool } from '../../server/platform/db/db.ts'
import { inTransaction } from '../../server/platform/db/transaction.ts'
import { BANGLADESH, givePhone, LANGUAGES } from '../helpers/hotline.ts'
import { withDurableDatabase } from '../helpers/durable-database.ts'

const SIZES = [1_000, 10_000, 100_000, 1_000_000]
const CLAIMERS = 20
/** Per size; the fewer the rows, the larger the part of them that is claimed. */
const CLAIMS = 400
const ROUNDS = 3
const GOAL_RATIO = 1.5
const GOAL_PER_SECOND = 500

/** Twenty claimers on a Postgres that keeps every commit, against more and more waiting callbacks. Half of them are due. */
export const bench: Bench = {
  summary: 'claims of a due callback by 20 claimers among 1,000 to 1,000,000 waiting ones',
  async run(log, signal) {
    return withDurableDatabase(async (pools, databaseUrl) => verdict(await measure({ pools, databaseUrl, log, signal })), {
      pools: 2,
      max: CLAIMERS / 2,
    })
  },
}

type Measured = { perSecond: number; p50Ms: number; p99Ms: number }

type Run = { pools: DbPool[]; databaseUrl: string; log: (line: string) => void; signal: AbortSignal }

async function measure({ pools, databaseUrl, log, signal }: Run): Promise<Map<number, Measured>> {
  const [db] = pools as [DbPool]
  await inTransaction(db, (tx) => saveCountries(tx, LANGUAGES, [BANGLADESH]))
  const agents = await Promise.all(Array.from({ length: CLAIMERS }, (_, index) => makeAgent(db, index)))
  const bySize = new Map<number, Measured>()
  for (const size of SIZES) {
    signal.throwIfAborted()
    await fill(databaseUrl, size)
    const rounds: Measured[] = []
    for (let round = 0; round <= ROUNDS; round++) {
      const measured = await claim(pools, agents, CLAIMS)
      // The first warms connections and pages.
      if (round > 0) rounds.push(measured)
      await sql`update callback set status = 'waiting', claim_token = null, claimed_by_user_id = null, lease_until = null
        where claim_token is not null`.execute(db)
    }
    const median = rounds.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(ROUNDS / 2)]!
    bySize.set(size, median)
    log(`${size} waiting: ${JSON.stringify(median)}`)
  }
  return bySize
}

async function claim(pools: readonly DbPool[], agents: readonly string[], count: number): Promise<Measured> {
  const tookMs: number[] = []
  const ids = new Set<string>()
  const startedAt = performance.now()
  await Promise.all(
    agents.map(async (agentUserId, index) => {
      for (let n = 0; n < count / CLAIMERS; n++) {
        const since = performance.now()
        const wanted = { agentUserId, countryIds: ['BD'], givenCountryIds: ['BD'], languageCodes: ['bn', 'en'], now: new Date(), limit: 1 }
        const [claimed] = await claimDue(pools[index % pools.length]!, wanted)
        tookMs.push(performance.now() - since)
        if (claimed) ids.add(claimed.id)
      }
    }),
  )
  const seconds = (performance.now() - startedAt) / 1000
  if (ids.size !== count) throw new Error(`${count} claims got ${ids.size} callbacks`)
  return { perSecond: Math.round(count / seconds), p50Ms: rounded(percentile(tookMs, 50)), p99Ms: rounded(percentile(tookMs, 99)) }
}

/** Brings the table to so many waiting callbacks, each of a worker of its own; every second one is due tomorrow. */
async function fill(databaseUrl: string, size: number): Promise<void> {
  const [numberId, keyId] = [randomUUID(), randomUUID()]
  // Not by the product's pool, whose statements may take no minutes.
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('truncate callback, worker, phone_number cascade')
    await client.query(
      `insert into phone_number (id, blind_index, country_id, data_key_id, e164_sealed) values ($1, $2, 'BD', $3, '\\x00')`,
      [numberId, randomBytes(32), keyId],
    )
    await client.query(
      `with made as (
        insert into worker (phone_number_id, data_key_id, origin, country_id, language_code)
        select $1::uuid, $2::uuid, 'roster', 'BD', 'bn' from generate_series(1, $3::int) returning id
      ), counted as (select id, row_number() over () as n from made)
      insert into callback (reason, status, worker_id, phone_number_id, country_id, language_code, time_zone, due_at)
      select 'audit', 'waiting', id, $1::uuid, 'BD', case when n % 4 = 0 then 'en' else 'bn' end, 'Asia/Dhaka',
        case when n % 2 = 0 then now() + interval '1 day' else now() - interval '1 day' end + n * interval '1 millisecond'
      from counted`,
      [numberId, keyId, size],
    )
    await client.query('vacuum (analyze) callback')
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

async function makeAgent(db: DbPool, index: number): Promise<string> {
  const user = {
    email: `agent-${index}@example.org`,
    displayName: `Agent ${index}`,
    role: 'agent',
    passwordHash: 'none',
    countryIds: ['BD'],
  }
  const { id } = await db.insertInto('appUser').values(user).returning('id').executeTakeFirstOrThrow()
  await givePhone(db, id)
  return id
}

function verdict(bySize: ReadonlyMap<number, Measured>) {
  const figures = Object.fromEntries(
    [...bySize].flatMap(([size, { perSecond, p50Ms, p99Ms }]) => [
      [`claimsPerSecondAt${size}`, perSecond],
      [`p50MsAt${size}`, p50Ms],
      [`p99MsAt${size}`, p99Ms],
    ]),
  ) as Record<string, number>
  const rates = SIZES.map((size) => bySize.get(size)!.perSecond)
  const ratio = rounded(rates[0]! / rates.at(-1)!)
  return {
    figures,
    ratio,
    goal: `a claim among ${SIZES.at(-1)} costs at most ${GOAL_RATIO} times one among ${SIZES[0]}, and there are ${GOAL_PER_SECOND} claims a second`,
    holds: ratio <= GOAL_RATIO && Math.min(...rates) >= GOAL_PER_SECOND,
  }
}

const rounded = (value: number) => Math.round(value * 100) / 100
