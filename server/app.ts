/** The HTTP side: platform plugins, then an explicit list of routes. */
import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyBaseLogger, LogController } from 'fastify'
import { readSecret } from './config.ts'
import type { Context, RoutePlugin } from './context.ts'
import { routes as activityLog } from './domains/activity-log/routes.ts'
import { routes as agents } from './domains/agents/routes.ts'
import { routes as alerts } from './domains/alerts/routes.ts'
import { routes as rosterImports } from './domains/audits/import/routes.ts'
import { routes as intake } from './domains/audits/intake-routes.ts'
import { routes as audits } from './domains/audits/routes.ts'
import { routes as unserved } from './domains/callbacks/unserved/routes.ts'
import { routes as callRules } from './domains/callbacks/calling/routes.ts'
import { routes as offers } from './domains/callbacks/dispatching/offer-routes.ts'
import { routes as callbacks } from './domains/callbacks/routes.ts'
import { routes as trunkTests } from './domains/callbacks/trunk-test/routes.ts'
import { routes as cards } from './domains/cards/routes.ts'
import { routes as cases } from './domains/cases/routes.ts'
import { routes as workerStatuses } from './domains/cases/status-routes.ts'
import { routes as lines } from './domains/countries/line-routes.ts'
import { routes as countries } from './domains/countries/routes.ts'
import { routes as prompts } from './domains/prompts/routes.ts'
import { routes as promptTexts } from './domains/prompts/writing-routes.ts'
import { routes as questionnaires } from './domains/questionnaires/routes.ts'
import { routes as reports } from './domains/reports/routes.ts'
import { routes as retention } from './domains/retention/routes.ts'
import { routes as texts } from './domains/texts/routes.ts'
import { routes as watchdog } from './domains/watchdog/routes.ts'
import { routes as users } from './domains/users/routes.ts'
import { routes as sessions } from './domains/users/session-routes.ts'
import { routes as voicemails } from './domains/voicemails/routes.ts'
import { findLiveSessions, findSession } from './domains/users/session-service.ts'
import type { App } from './platform/http/app.ts'
import { clockRoutes } from './platform/http/clock-routes.ts'
import { installErrorReplies } from './platform/http/error-replies.ts'
import { installGuard } from './platform/http/guard.ts'
import { healthRoutes } from './platform/http/health.ts'
import { installOpenApi } from './platform/http/openapi.ts'
import { installRequestLog } from './platform/http/request-log.ts'
import { installSecurity } from './platform/http/security.ts'
import { validatorCompiler } from './platform/http/validation.ts'
import { keepTlsFresh, loadTls, secureOptions } from './platform/http/tls.ts'
import { installWeb } from './platform/http/web.ts'
import { systemClock } from './platform/time/clock.ts'
import { installWebsocket, liveRoute } from './platform/live/live-route.ts'

/** Each declares its own paths under /api. */
const domains: RoutePlugin[] = [
  sessions,
  users,
  activityLog,
  alerts,
  countries,
  lines,
  prompts,
  promptTexts,
  agents,
  questionnaires,
  callbacks,
  offers,
  callRules,
  unserved,
  trunkTests,
  voicemails,
  texts,
  audits,
  intake,
  cards,
  rosterImports,
  cases,
  workerStatuses,
  reports,
  retention,
  watchdog,
]

/** Not listening yet: `app.listen` in main.ts, `app.inject` in tests. @throws RouteWithoutPolicy, RouteWithoutSchema */
export async function buildApp(context: Context): Promise<App> {
  const { config, db, hub, live, log, metrics } = context
  const { cookie, maxRequestsPerMinute, metricsTokenFile, tls, webFolder } = config.http
  const metricsToken = metricsTokenFile && readSecret(metricsTokenFile)
  const pair = await loadTls(tls, systemClock)
  const app: App = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    // Our own line for each reply has the route's pattern instead of the address.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => randomUUID(),
    // Behind a TLS proxy on this host the caller's address is in its header; else headers are the caller's own word.
    trustProxy: cookie.isSecure && !pair ? 'loopback' : false,
    bodyLimit: 1024 * 1024,
    return503OnClosing: true,
    // The types of both servers differ, and what we use of them does not.
    ...(pair && ({ https: secureOptions(pair) } as object)),
  }).withTypeProvider()
  keepTlsFresh(app, tls, systemClock)
  app.setValidatorCompiler(validatorCompiler)
  installErrorReplies(app)
  await installWebsocket(app)
  await installSecurity(app, { isHttps: cookie.isSecure, maxRequestsPerMinute })
  installGuard(app, { cookieName: cookie.name, findSession: (token) => findSession(db, token) })
  installRequestLog(app, metrics)
  await installOpenApi(app)
  healthRoutes(app, { parts: () => context.readinessParts, metrics, metricsToken })
  clockRoutes(app, context.clock)
  for (const routes of domains) await routes(app, context)
  const onChange = live.onChange
  liveRoute(app, { hub, onChange, findLiveSessions: (ids) => findLiveSessions(db, ids) })
  await installWeb(app, webFolder)
  return app
}
