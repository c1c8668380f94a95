/**
 * Who may import whom. The sentences are in docs/architecture.md; test/house/import-rules.test.ts shows that each bites.
 * In Svelte components only imports of values are seen here; eslint.config.js guards their imports of types.
 */
const levels = [
  ['alerts'],
  ['users', 'countries', 'workers'],
  ['calls', 'agents', 'questionnaires', 'pins'],
  ['callbacks', 'prompts'],
  ['cases', 'voicemails', 'texts', 'audits'],
  ['cards', 'live-board', 'reports', 'retention', 'watchdog'],
]

const anyOf = (names) => `(${names.join('|')})`
const typesOnly = ['type-only']

/** Files named for one role, or a folder or prefixed file of that role, in a domain or a part of it: rules.ts, slot-rules.ts, rules/slots.ts. */
const role = (name) =>
  [`${name}/`, `${name}\\.ts$`, `[^/]+-${name}\\.ts$`].flatMap((file) => [
    `^server/domains/[^/]+/${file}`,
    `^server/domains/[^/]+/[^/]+/${file}`,
  ])
const rules = role('rules')
const queries = role('queries')
const routes = role('routes')
const contracts = '^server/domains/[^/]+/contract\\.ts$'
const pure = [...rules, ...role('errors'), '^server/telephony/flow/']
/** No I/O, no clock: the same answer for the same arguments. */
const purePackages = ['libphonenumber-js', 'luxon', 'date-holidays']

/**
 * One rule a level: a domain may reach itself and the levels below, never a neighbour. Below all of them lies the activity-log:
 * every change, whatever its level, writes its row in its own transaction.
 */
const levelRules = levels.map((names, level) => ({
  name: `domain-level-${level}`,
  comment: `A level ${level} domain uses only lower levels: what spans domains belongs to the highest of them.`,
  severity: 'error',
  from: { path: `^server/domains/${anyOf(names)}/` },
  to: {
    path: '^server/domains/',
    pathNot: [
      '^server/domains/$1/',
      '^server/domains/activity-log/',
      ...(level ? [`^server/domains/${anyOf(levels.slice(0, level).flat())}/`] : []),
    ],
  },
}))

export default {
  forbidden: [
    {
      name: 'activity-log-is-below-all',
      comment: 'Every domain writes to it, so it uses none.',
      severity: 'error',
      from: { path: '^server/domains/activity-log/' },
      to: { path: '^server/domains/', pathNot: '^server/domains/activity-log/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one thought, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'The import names a file or package that is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'platform-is-alone',
      comment: 'platform can be read without the hotline: it imports nothing of ours but itself.',
      severity: 'error',
      from: { path: '^server/platform/' },
      to: { path: '^(server|web|scripts|test|asterisk-config|sql)/', pathNot: '^server/platform/' },
    },
    {
      name: 'pure-imports-pure',
      comment: 'Flows, rules and domain errors decide; they import types, platform/time, plain errors, sentences and each other.',
      severity: 'error',
      from: { path: pure },
      to: {
        path: '^(server|web|scripts|asterisk-config|sql)/',
        pathNot: [...pure, '^server/platform/(time/|(errors|sentences)\\.ts$)'],
        dependencyTypesNot: typesOnly,
      },
    },
    {
      name: 'pure-has-no-clock',
      comment: 'Time is an argument of pure code.',
      severity: 'error',
      from: { path: pure },
      to: { path: '^server/platform/time/[^/]*clock', dependencyTypesNot: typesOnly },
    },
    {
      name: 'pure-has-no-machine',
      comment: 'No files, sockets or packages in pure code, save the ones that only calculate.',
      severity: 'error',
      from: { path: pure },
      to: {
        pathNot: ['^(server|web|scripts|asterisk-config|sql)/', `node_modules/${anyOf(purePackages)}/`],
        dependencyTypesNot: typesOnly,
      },
    },
    ...levelRules,
    {
      name: 'domain-has-a-level',
      comment: 'A new domain is given its level in .dependency-cruiser.js first.',
      severity: 'error',
      from: { path: '^server/domains/', pathNot: `^server/domains/${anyOf(['activity-log', ...levels.flat()])}/` },
      to: {},
    },
    {
      name: 'domain-by-its-service',
      comment: 'Another domain is used through its service.ts or its types. Rules may use rules, contracts are made of contracts.',
      severity: 'error',
      from: { path: '^server/domains/([^/]+)/', pathNot: [...pure, contracts] },
      to: {
        path: '^server/domains/',
        pathNot: ['^server/domains/$1/', '^server/domains/[^/]+/service\\.ts$'],
        dependencyTypesNot: typesOnly,
      },
    },
    {
      name: 'contracts-are-made-of-contracts',
      comment: 'A contract is schemas: it imports typebox, the shared schemas and lower contracts.',
      severity: 'error',
      from: { path: contracts },
      to: { path: '^(server|web|scripts)/', pathNot: [contracts, '^server/platform/http/schema\\.ts$'], dependencyTypesNot: typesOnly },
    },
    {
      name: 'queries-and-routes-are-private',
      comment: 'Not even their types leave the domain; app.ts lists the routes.',
      severity: 'error',
      from: { path: '^server/domains/([^/]+)/' },
      to: { path: [...routes, ...queries], pathNot: '^server/domains/$1/' },
    },
    {
      name: 'queries-and-routes-are-private-to-domains',
      comment: 'Platform, telephony, scripts and the console use services.',
      severity: 'error',
      from: { path: '^(server/telephony|scripts|web)/' },
      to: { path: [...routes, ...queries] },
    },
    {
      name: 'domains-know-no-telephony',
      comment: 'What a domain needs of the phone is a type in its ports.ts, filled in by context.ts.',
      severity: 'error',
      from: { path: '^server/domains/' },
      to: { path: '^server/telephony/' },
    },
    {
      name: 'only-runtime-uses-services',
      comment: 'telephony/runtime, text and probe hand facts to domain services; the ARI adapter knows no domain.',
      severity: 'error',
      from: { path: '^server/telephony/', pathNot: '^server/telephony/(runtime|text|probe|flow)/' },
      to: { path: '^server/domains/' },
    },
    {
      name: 'telephony-by-service',
      comment: 'Telephony uses a domain through its service.ts or its types.',
      severity: 'error',
      from: { path: '^server/telephony/(runtime|text|probe)/' },
      to: { path: '^server/domains/', pathNot: ['^server/domains/[^/]+/service\\.ts$', ...pure], dependencyTypesNot: typesOnly },
    },
    {
      name: 'wiring-is-on-top',
      comment: 'Only the top-level files construct; nothing below knows them. Types of the settings may travel.',
      severity: 'error',
      from: { path: '^server/(domains|telephony|platform)/' },
      to: { path: '^server/[^/]+\\.ts$', dependencyTypesNot: typesOnly },
    },
    {
      name: 'server-stands-alone',
      comment: 'The server runs without the console, the scripts and the tests.',
      severity: 'error',
      from: { path: '^server/' },
      to: { path: '^(web|scripts|test)/' },
    },
    {
      name: 'ari-client-only-in-ari',
      comment: 'One adapter owns the library and its faults.',
      severity: 'error',
      from: { path: '^(server|scripts|web)/', pathNot: '^server/telephony/ari/' },
      to: { path: 'node_modules/(@types/)?ari-client/' },
    },
    {
      name: 'kysely-only-in-db-and-queries',
      comment: 'SQL lives in queries.ts and platform/db; everyone else passes a Db along.',
      severity: 'error',
      from: { path: '^(server|scripts|web)/', pathNot: ['^server/platform/db/', ...queries] },
      to: { path: 'node_modules/kysely/' },
    },
    {
      name: 'web-knows-contracts-only',
      comment: 'The console sees the server as types of contract.ts. The auditor’s page judges numbers by the server’s own rules.',
      severity: 'error',
      from: { path: '^web/', pathNot: '^web/src/intake/number\\.ts$' },
      to: { path: '^(server|scripts|test|sql|asterisk-config)/', pathNot: '^server/domains/[^/]+/contract\\.ts$' },
    },
    {
      name: 'web-takes-types-only',
      comment: 'Schemas and their library stay on the server.',
      severity: 'error',
      from: { path: '^web/', pathNot: '^web/src/intake/number\\.ts$' },
      to: { path: '^server/', dependencyTypesNot: typesOnly },
    },
    {
      name: 'intake-borrows-one-rule',
      comment: 'Without a connection the auditor’s page judges numbers itself: by workers/rules.ts, and by nothing else of the server.',
      severity: 'error',
      from: { path: '^web/src/intake/number\\.ts$' },
      to: { path: '^(server|scripts|test|sql|asterisk-config)/', pathNot: '^server/domains/workers/rules\\.ts$' },
    },
    {
      name: 'web-downwards',
      comment: 'pages use features, features use ui; never upwards.',
      severity: 'error',
      from: { path: '^web/src/(features|ui|live|api|text)/' },
      to: { path: '^web/src/pages/' },
    },
    {
      name: 'web-features-on-top-of-the-rest',
      comment: 'live, api, text and ui serve the features and do not know them.',
      severity: 'error',
      from: { path: '^web/src/(ui|live|api|text)/' },
      to: { path: '^web/src/features/' },
    },
    {
      name: 'web-ui-knows-no-domain',
      comment: 'ui is buttons, tables and dialogs: it knows neither the server nor the live socket.',
      severity: 'error',
      from: { path: '^web/src/ui/' },
      to: { path: ['^web/src/(api|live)/', '^server/'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^web/dist/', '^var/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'svelte', 'node', 'default'] },
  },
}
