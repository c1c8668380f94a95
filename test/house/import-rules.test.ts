import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { cruise, type IConfiguration, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

type Import = { from: string; to: string; onlyType?: boolean }
type Example = Import & { rule: string }

const domains = 'server/domains'

/** One import that each rule must refuse. */
const refused: Example[] = [
  { rule: 'no-cycles', from: 'server/platform/db/a.ts', to: 'server/platform/db/b.ts' },
  { rule: 'resolvable', from: 'server/platform/db/lost.ts', to: 'nowhere-to-be-found' },
  { rule: 'platform-is-alone', from: 'server/platform/jobs/one.ts', to: `${domains}/calls/service.ts` },
  { rule: 'platform-is-alone', from: 'server/platform/jobs/two.ts', to: `${domains}/calls/contract.ts`, onlyType: true },
  { rule: 'pure-imports-pure', from: 'server/telephony/flow/impure.ts', to: 'server/platform/db/index.ts' },
  { rule: 'pure-imports-pure', from: `${domains}/callbacks/rules.ts`, to: `${domains}/callbacks/service.ts` },
  { rule: 'pure-imports-pure', from: `${domains}/callbacks/rules/slots.ts`, to: `${domains}/callbacks/queries.ts` },
  { rule: 'pure-has-no-clock', from: `${domains}/calls/rules.ts`, to: 'server/platform/time/clock.ts' },
  { rule: 'pure-has-no-machine', from: `${domains}/cases/rules.ts`, to: 'node:fs' },
  { rule: 'pure-has-no-machine', from: 'server/telephony/flow/voicemail.ts', to: 'fastify' },
  { rule: 'activity-log-is-below-all', from: `${domains}/activity-log/service.ts`, to: `${domains}/users/service.ts` },
  { rule: 'domain-level-0', from: `${domains}/alerts/service.ts`, to: `${domains}/users/service.ts` },
  { rule: 'domain-level-1', from: `${domains}/users/service.ts`, to: `${domains}/workers/service.ts` },
  { rule: 'domain-level-2', from: `${domains}/agents/ports.ts`, to: `${domains}/calls/service.ts`, onlyType: true },
  { rule: 'domain-level-2', from: `${domains}/agents/service.ts`, to: `${domains}/callbacks/service.ts` },
  { rule: 'domain-level-3', from: `${domains}/callbacks/tasks.ts`, to: `${domains}/audits/service.ts` },
  { rule: 'domain-level-4', from: `${domains}/cases/service.ts`, to: `${domains}/voicemails/service.ts` },
  { rule: 'domain-level-5', from: `${domains}/reports/service.ts`, to: `${domains}/retention/service.ts` },
  { rule: 'domain-has-a-level', from: `${domains}/newcomer/service.ts`, to: `${domains}/calls/service.ts` },
  { rule: 'domain-by-its-service', from: `${domains}/audits/service.ts`, to: `${domains}/countries/rules.ts` },
  { rule: 'contracts-are-made-of-contracts', from: `${domains}/audits/contract.ts`, to: `${domains}/audits/service.ts` },
  { rule: 'queries-and-routes-are-private', from: `${domains}/audits/tasks.ts`, to: `${domains}/callbacks/queries.ts`, onlyType: true },
  { rule: 'queries-and-routes-are-private', from: `${domains}/texts/routes.ts`, to: `${domains}/calls/routes.ts`, onlyType: true },
  { rule: 'queries-and-routes-are-private-to-domains', from: 'server/telephony/runtime/peek.ts', to: `${domains}/calls/queries.ts` },
  {
    rule: 'domains-know-no-telephony',
    from: `${domains}/callbacks/ports.ts`,
    to: 'server/telephony/runtime/place-call.ts',
    onlyType: true,
  },
  { rule: 'only-runtime-uses-services', from: 'server/telephony/ari/events.ts', to: `${domains}/calls/service.ts`, onlyType: true },
  { rule: 'telephony-by-service', from: 'server/telephony/runtime/tasks.ts', to: `${domains}/calls/tasks.ts` },
  { rule: 'wiring-is-on-top', from: `${domains}/workers/service.ts`, to: 'server/context.ts' },
  { rule: 'server-stands-alone', from: 'server/main.ts', to: 'scripts/lib/embedded-postgres.ts' },
  { rule: 'ari-client-only-in-ari', from: 'server/telephony/runtime/direct.ts', to: 'ari-client' },
  { rule: 'kysely-only-in-db-and-queries', from: `${domains}/countries/service.ts`, to: 'kysely', onlyType: true },
  { rule: 'web-knows-contracts-only', from: 'web/src/api/calls.ts', to: `${domains}/calls/service.ts`, onlyType: true },
  { rule: 'web-takes-types-only', from: 'web/src/api/cases.ts', to: `${domains}/cases/contract.ts` },
  { rule: 'web-takes-types-only', from: 'web/src/features/cases/CaseCard.svelte', to: `${domains}/cases/contract.ts` },
  { rule: 'intake-borrows-one-rule', from: 'web/src/intake/number.ts', to: `${domains}/callbacks/rules.ts` },
  { rule: 'web-downwards', from: 'web/src/features/calls/CallCard.svelte', to: 'web/src/pages/LiveBoard.svelte' },
  { rule: 'web-features-on-top-of-the-rest', from: 'web/src/live/socket.ts', to: 'web/src/features/calls/calls.svelte.ts' },
  { rule: 'web-ui-knows-no-domain', from: 'web/src/ui/Table.svelte', to: 'web/src/api/agents.ts' },
]

/** What the same rules must let pass. */
const allowed: Import[] = [
  { from: 'server/platform/live/hub.ts', to: 'server/platform/db/index.ts' },
  { from: 'server/telephony/flow/inbound.ts', to: `${domains}/countries/opening-rules.ts` },
  { from: 'server/telephony/flow/inbound.ts', to: `${domains}/calls/service.ts`, onlyType: true },
  { from: 'server/telephony/flow/inbound.ts', to: 'server/platform/time/durations.ts' },
  { from: `${domains}/callbacks/mode-rules.ts`, to: `${domains}/countries/opening-rules.ts` },
  { from: `${domains}/callbacks/mode-rules.ts`, to: 'luxon' },
  { from: `${domains}/callbacks/mode-rules.ts`, to: 'server/platform/time/clock.ts', onlyType: true },
  { from: `${domains}/callbacks/routes.ts`, to: `${domains}/callbacks/queries.ts` },
  { from: `${domains}/callbacks/queries.ts`, to: 'kysely' },
  { from: `${domains}/workers/service.ts`, to: `${domains}/activity-log/service.ts` },
  { from: `${domains}/live-board/service.ts`, to: `${domains}/calls/service.ts` },
  { from: `${domains}/live-board/contract.ts`, to: `${domains}/calls/contract.ts` },
  { from: 'server/telephony/runtime/session.ts', to: `${domains}/calls/service.ts` },
  { from: 'server/telephony/ari/client.ts', to: 'ari-client' },
  { from: 'server/app.ts', to: `${domains}/callbacks/routes.ts` },
  { from: 'web/src/api/agents.ts', to: `${domains}/agents/contract.ts`, onlyType: true },
  { from: 'web/src/pages/Agents.svelte', to: 'web/src/features/agents/AgentList.svelte' },
]

/** Closes the circle of the first example. */
const wayBack: Import = { from: 'server/platform/db/b.ts', to: 'server/platform/db/a.ts' }

// The rules are plain JavaScript, as their tool wants it: imported by address, since no types stand beside them.
const address = new URL('../../.dependency-cruiser.js', import.meta.url).href
const { default: config } = (await import(address)) as { default: IConfiguration }

let tree = ''
let violations: { rule: string; from: string; to: string }[] = []

beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'ringback-import-rules-'))
  symlinkSync(resolve('node_modules'), join(tree, 'node_modules'))
  plant(tree, [...refused, ...allowed, wayBack])
  const { forbidden = [], options } = config
  const result = await cruise(['server', 'web'], { ...options, baseDir: tree, validate: true, ruleSet: { forbidden } as IFlattenedRuleSet })
  violations = (result.output as ICruiseResult).summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to }))
})

afterAll(() => rmSync(tree, { recursive: true, force: true }))

describe('refused', () => {
  test.each(refused)('$rule: $from → $to', ({ rule, from, to }) => {
    expect(violations.filter((found) => found.rule === rule && found.from === from && names(found.to, to))).toHaveLength(1)
  })

  test('every rule has an example here', () => {
    expect((config.forbidden ?? []).map(({ name }) => name).filter((name) => !refused.some(({ rule }) => rule === name))).toEqual([])
  })
})

test.each(allowed)('allowed: $from → $to', ({ from, to }) => {
  expect(violations.filter((found) => found.from === from && names(found.to, to))).toEqual([])
})

/** Writes the files of the examples, each importing what its examples say. */
function plant(root: string, examples: Import[]): void {
  const lines = new Map<string, string[]>()
  for (const { from, to, onlyType } of examples) {
    lines.set(from, [...(lines.get(from) ?? []), importLine(from, to, onlyType ?? false)])
    if (isOurs(to) && !lines.has(to)) lines.set(to, [])
  }
  for (const [path, imports] of lines) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(
      join(root, path),
      path.endsWith('.svelte') ? component(imports) : [...imports, 'export const x = 1', 'export type X = 1'].join('\n'),
    )
  }
}

function importLine(from: string, to: string, onlyType: boolean): string {
  const path = isOurs(to) ? relative(dirname(from), to).replace(/^(?!\.)/, './') : to
  if (onlyType) return `export type * from '${path}'`
  return path.endsWith('.svelte') ? `import '${path}'` : `export * from '${path}'`
}

const component = (imports: string[]) =>
  `<script lang="ts">\n${imports.map((line) => line.replace('export * from', 'import')).join('\n')}\n</script>\n`
const isOurs = (to: string) => /^(server|web|scripts)\//.test(to)
const names = (found: string, wanted: string) =>
  found === wanted || found === wanted.replace(/^node:/, '') || found.includes(`node_modules/${wanted}/`)
